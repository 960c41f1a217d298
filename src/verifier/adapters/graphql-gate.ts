/** The check before a field: it asks the verifier live, and throws errors of the same shape as those of the login server. */
import { GraphQLError } from 'graphql';
import type { Verifier, VerifierCaller, WatchEnd } from '../contract.js';
import { judge, type Refusal } from './refusal.js';

/** Lets the caller of a context pass, or throws. A promise only if the verifier has no lease. */
export type Gate = (context: unknown, roles: readonly string[]) => true | Promise<true>;

/** What the context of a connection that stays open has beside the caller. */
export interface ConnectionContext {
  /** Closes the connection. The gate of the events calls it in the turn in which the caller ends. */
  readonly endConnection?: (cause: WatchEnd) => void;
}

/**
 * @param hasStatus whether the server takes the status of HTTP from `extensions.http`, as Apollo Server and GraphQL Yoga do
 * @throws GraphQLError UNAUTHENTICATED, FORBIDDEN or AUTH_UNAVAILABLE
 */
export function createGate(verifier: Verifier, hasStatus = false): Gate {
  return (context, roles) => {
    const caller = callerOf(context);
    const pass = (refusal: Refusal | null): true => {
      if (refusal === null) return true;
      // Only of a request that had no right caller from its beginning: otherwise some of its fields may have been answered.
      throw graphqlErrorOf(refusal, hasStatus && caller.kind !== 'authenticated' && connectionIn(context) === undefined);
    };
    const refusal = judge(verifier, caller, roles);
    return refusal instanceof Promise ? refusal.then(pass) : pass(refusal);
  };
}

export function connectionIn(context: unknown): ConnectionContext['endConnection'] {
  return (context as ConnectionContext).endConnection;
}

/** @throws TypeError if no adapter has put a caller there: without one, nobody may pass */
export function callerOf(context: unknown): VerifierCaller {
  const caller = (context as { readonly caller?: VerifierCaller } | null | undefined)?.caller;
  if (caller === undefined) {
    throw new TypeError('The context has no caller. Use the context function, or the plugin, of latchkey/verifier for this server.');
  }
  return caller;
}

export function graphqlErrorOf({ message, extensions, status, headers }: Refusal, hasStatus = false): GraphQLError {
  return new GraphQLError(message, { extensions: { ...extensions, ...(hasStatus ? { http: { status, headers: asMap(headers) } } : {}) } });
}

/** Apollo Server reads a Map, and GraphQL Yoga the properties of an object. */
function asMap(headers: Refusal['headers']): Map<string, string> {
  return Object.assign(new Map(Object.entries(headers)), headers);
}
