/** The check before a field: it asks the verifier live, and throws errors of the same shape as those of the login server. */
import { GraphQLError } from 'graphql';
import type { Verifier, VerifierCaller } from '../contract.js';
import { judge, type Refusal } from './refusal.js';

/** Lets the caller of a context pass, or throws. A promise only if the verifier has no lease. */
export type Gate = (context: unknown, roles: readonly string[]) => true | Promise<true>;

/** @throws GraphQLError UNAUTHENTICATED, FORBIDDEN or AUTH_UNAVAILABLE */
export function createGate(verifier: Verifier): Gate {
  return (context, roles) => {
    const caller = callerOf(context);
    const refusal = judge(verifier, caller, roles);
    return refusal instanceof Promise ? refusal.then((known) => pass(caller, known)) : pass(caller, refusal);
  };
}

/** @throws TypeError if no adapter has put a caller there: without one, nobody may pass */
export function callerOf(context: unknown): VerifierCaller {
  const caller = (context as { readonly caller?: VerifierCaller } | null | undefined)?.caller;
  if (caller === undefined) {
    throw new TypeError('The context has no caller. Use the context function, or the plugin, of latchkey/verifier for this server.');
  }
  return caller;
}

/** The status of HTTP is only for a request that had no right caller from its beginning. Otherwise some fields may have been answered. */
export function graphqlErrorOf({ message, extensions, status, headers }: Refusal, hasStatus = false): GraphQLError {
  return new GraphQLError(message, { extensions: { ...extensions, ...(hasStatus ? { http: { status, headers: asMap(headers) } } : {}) } });
}

/** Apollo Server reads a Map, and GraphQL Yoga the properties of an object. */
function asMap(headers: Refusal['headers']): Map<string, string> {
  return Object.assign(new Map(Object.entries(headers)), headers);
}

function pass(caller: VerifierCaller, refusal: Refusal | null): true {
  if (refusal !== null) throw graphqlErrorOf(refusal, caller.kind !== 'authenticated');
  return true;
}
