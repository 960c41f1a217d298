/** `latchkey/verifier/mercurius`: the context of mercurius, for requests and for sockets, and the walk through its schema at the start. */
import type { ExecutionResult, GraphQLSchema } from 'graphql';
import type { Verifier, VerifierCaller } from '../contract.js';
import { type ClosableSocket, closeWith } from './connection.js';
import { type ConnectionContext, callerOf, createGate, graphqlErrorOf } from './graphql-gate.js';
import { type FieldAccess, guardWith, refuseOpenFields } from './guarded-schema.js';
import { judge, type Refusal } from './refusal.js';
import { authorizationOf, authorizationOfSocket, type CallerContext, type NodeRequest } from './request.js';

export type { DeclaredAccess, FieldAccess } from './guarded-schema.js';
export type { CallerContext } from './request.js';

/** What mercurius hands to the functions below. */
interface MercuriusRequest extends NodeRequest {
  readonly raw: NodeRequest;
  readonly server: { readonly graphql: { readonly schema: GraphQLSchema } };
}

/** The context of a subscription, and of the hooks around it. */
interface SocketContext extends ConnectionContext {
  readonly caller?: VerifierCaller;
  readonly closeConnection?: (refusal: Refusal) => void;
}

/** The part of a Fastify server with mercurius that is used here. */
export interface MercuriusServer {
  addHook(name: 'onReady', hook: () => Promise<void>): unknown;
  readonly graphql: {
    readonly schema: GraphQLSchema;
    /** mercurius has an overload for each hook. */
    addHook(name: never, hook: never): void;
  };
}

/**
 * Options for mercurius: `context`, and `subscription` if there are subscriptions. The token of a socket is `authorization` in the payload of
 * `connection_init`, or the header of the upgrade. Call `guardMercurius` too: without it the context function refuses every request.
 */
export function createMercuriusOptions(verifier: Verifier) {
  return {
    async context(request: MercuriusRequest): Promise<CallerContext> {
      refuseOpenFields(request.server.graphql.schema);
      return { caller: await verifier.authenticate(authorizationOf(request.raw)) };
    },
    subscription: {
      async context(socket: ClosableSocket, request: MercuriusRequest): Promise<SocketContext> {
        refuseOpenFields(request.server.graphql.schema);
        return {
          caller: await verifier.authenticate(authorizationOf(request.raw)),
          endConnection: ({ code, reason }) => socket.close(code, reason),
          closeConnection: (refusal) => closeWith(socket, refusal),
        };
      },
      /** A wrong token is refused at the first operation: only there can the client be told why. */
      async onConnect({ payload }: { readonly payload?: unknown }): Promise<CallerContext | true> {
        const authorization = authorizationOfSocket(payload, undefined);
        return authorization === undefined ? true : { caller: await verifier.authenticate(authorization) };
      },
    },
  };
}

/**
 * Guards the schema that mercurius serves, once all resolvers are defined. Call it after `app.register(mercurius, …)`.
 *
 * @throws TypeError (when the server gets ready) if `access` names a field that is not there
 */
export function guardMercurius(app: MercuriusServer, verifier: Verifier, access: FieldAccess = {}): void {
  app.addHook('onReady', async () => {
    guardWith(createGate(verifier), app.graphql.schema, verifier, access);
  });
  const addHook = app.graphql.addHook.bind(app.graphql) as (name: string, hook: (...args: never[]) => Promise<void>) => void;
  addHook('preSubscriptionExecution', async (_schema: GraphQLSchema, _document: unknown, context: SocketContext) => {
    const refusal = await judge(verifier, callerOf(context), []);
    if (refusal === null || refusal.extensions.reason === 'TOKEN_MISSING') return;
    // The client gets the error of the operation first.
    setImmediate(() => context.closeConnection?.(refusal));
    throw graphqlErrorOf(refusal);
  });
  // Resolvers below the field may have worked for long. What they found must not leave after the logout.
  addHook('onSubscriptionResolution', async (execution: ExecutionResult, context: SocketContext) => {
    const caller = callerOf(context);
    const refusal = caller.kind === 'authenticated' ? await judge(verifier, caller, []) : null;
    if (refusal !== null) Object.assign(execution, { data: null, errors: [graphqlErrorOf(refusal)] });
  });
}
