/** The guard of Nest: it authenticates each request, and asks the verifier again before each handler. */
import { type CanActivate, createParamDecorator, type ExecutionContext, HttpException, SetMetadata } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import type { AuthenticatedCaller, Verifier, VerifierCaller } from '../contract.js';
import { bodyOf } from './http-guard.js';
import { judge, type Refusal } from './refusal.js';
import { authorizationOf, authorizationOfSocket, type NodeRequest } from './request.js';

const PUBLIC = 'latchkey/verifier:public';
const ROLES = 'latchkey/verifier:roles';

/** Declares a handler, or all of a class, that everybody may call. */
export const Public = () => SetMetadata(PUBLIC, true);

/** The caller needs one of the roles. It also guards fields with `@ResolveField`. */
export const Roles = (...roles: readonly string[]) => SetMetadata(ROLES, roles);

/** The caller, or null in a handler that is public. */
export const CurrentCaller = createParamDecorator((_options: unknown, context: ExecutionContext): AuthenticatedCaller | null => {
  const caller = holderOf(context)?.caller;
  return caller?.kind === 'authenticated' ? caller : null;
});

/** What is declared of a handler: at the method, or else at its class. */
export function declaredAt(reflector: Reflector, targets: Parameters<Reflector['getAllAndOverride']>[1]) {
  return {
    isPublic: reflector.getAllAndOverride<boolean | undefined>(PUBLIC, targets) === true,
    roles: reflector.getAllAndOverride<readonly string[] | undefined>(ROLES, targets),
  };
}

/** Stands before every handler, whether of a controller or of a resolver. `LatchkeyModule` registers it. */
export class LatchkeyGuard implements CanActivate {
  constructor(
    private readonly verifier: Verifier,
    private readonly reflector: Reflector,
  ) {}

  static create(verifier: Verifier, reflector: Reflector): LatchkeyGuard {
    return new LatchkeyGuard(verifier, reflector);
  }

  /** @throws HttpException 401, 403 or 503; in GraphQL it has the codes of the login server */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { isPublic, roles = [] } = declaredAt(this.reflector, [context.getHandler(), context.getClass()]);
    const holder = holderOf(context);
    // Gateways and microservices have no request with a header: only what is public may be called.
    if (holder === null) return isPublic;
    const caller = await authenticateIn(this.verifier, holder);
    const refusal = isPublic ? null : await judge(this.verifier, caller, roles);
    if (refusal !== null) throw exceptionOf(refusal, context);
    return true;
  }
}

/** Where the caller is kept: the request of a controller, or the context of a GraphQL operation. */
export interface Holder extends Partial<NodeRequest> {
  caller?: VerifierCaller;
  /** In the context of GraphQL: the request, or the connection of graphql-ws. */
  readonly req?: NodeRequest | SocketConnection;
}

/** Authenticates once for each request, and for each operation of GraphQL. */
export async function authenticateIn(verifier: Verifier, holder: Holder): Promise<VerifierCaller> {
  holder.caller ??= await verifier.authenticate(authorizationIn(holder));
  return holder.caller;
}

interface SocketConnection {
  readonly connectionParams?: unknown;
  readonly extra?: { readonly request?: NodeRequest; readonly caller?: VerifierCaller };
}

/** @returns null for what is neither HTTP nor GraphQL */
function holderOf(context: ExecutionContext): Holder | null {
  const type = context.getType<string>();
  if (type === 'http') return context.switchToHttp().getRequest<Holder>();
  if (type !== 'graphql') return null;
  // A resolver of references gets the reference, the context and the info; all others get four arguments.
  const args = context.getArgs<unknown[]>();
  return (args.length === 3 ? args[1] : args[2]) as Holder;
}

function authorizationIn(holder: Holder): string | readonly string[] | undefined {
  const request = holder.req ?? holder;
  if ('extra' in request || 'connectionParams' in request) {
    const { connectionParams, extra } = request as SocketConnection;
    return authorizationOfSocket(connectionParams, extra?.request);
  }
  // Fastify's request has Node's, with all headers, under `raw`.
  const { raw } = request as { readonly raw?: NodeRequest };
  const source = raw ?? (request as NodeRequest);
  return source.headers === undefined ? undefined : authorizationOf(source);
}

interface HttpResponse {
  header(name: string, value: string): unknown;
}

/** Nest writes the status and the body of an HttpException, and graphql-js takes its `extensions` over. */
function exceptionOf(refusal: Refusal, context: ExecutionContext): HttpException {
  if (context.getType<string>() === 'http') {
    const response = context.switchToHttp().getResponse<HttpResponse>();
    for (const [name, value] of Object.entries({ ...refusal.headers, 'cache-control': 'no-store' })) response.header(name, value);
  }
  const { message, extensions } = refusal;
  return Object.assign(new HttpException(bodyOf(refusal), refusal.status), { message, extensions: { ...extensions } });
}
