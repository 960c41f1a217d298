/** The check of one request to a route, and the answer to a refused one. */
import type { AccessToken, Verifier, VerifierCaller } from '../contract.js';
import { judge, type Refusal } from './refusal.js';
import { callerOfRequest, type NodeRequest } from './request.js';

export interface RouteOptions {
  /** The caller needs one of the roles. None are needed unless given. */
  readonly roles?: readonly string[];
  /** Serves requests without a right token too, as a stranger's. If the verifier can't tell, the answer is still 503. */
  readonly allowAnonymous?: boolean;
}

/** @returns the caller, and why the request is not served, or null */
export async function judgeRequest(
  verifier: Verifier,
  request: NodeRequest,
  { roles = [], allowAnonymous = false }: RouteOptions,
): Promise<{ readonly caller: VerifierCaller; readonly refusal: Refusal | null }> {
  const caller = await callerOfRequest(verifier, request);
  const refusal = await judge(verifier, caller, roles);
  return { caller, refusal: allowAnonymous && caller.kind === 'anonymous' ? null : refusal };
}

/** The same body as that of the routes of the login server. */
export function bodyOf({ message, extensions }: Refusal) {
  return { errors: [{ message, extensions }] };
}

/** @throws TypeError if the route is not guarded, or serves strangers too */
export function tokenIn({ caller }: { readonly caller?: VerifierCaller }): AccessToken {
  if (caller?.kind === 'authenticated') return caller.token;
  throw new TypeError('The request has no authenticated caller: guard the route with latchkey/verifier, without allowAnonymous.');
}
