/** The contract between open connections (HTTP: streams and WebSockets) and their operations (GraphQL); neither imports the other. */
import type { AccessToken } from './access-token-claims.js';
import type { IncomingRequest } from './caller.js';

/** Whether a client may open a connection, and if not, why. */
export type Admission =
  | { readonly kind: 'admitted'; readonly token: AccessToken | null }
  | { readonly kind: 'refused'; readonly cause: TokenRefusal | 'invalid' | 'unavailable' };

/** Why a token of this server is not live. Revoked: with its session, alone while its session continues, or with all tokens. */
export type TokenRefusal = 'session-revoked' | 'token-revoked' | 'generation-revoked' | 'expired';

/** One operation, as a client sends it. */
export interface StreamRequest {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Record<string, unknown> | null | undefined;
}

/** A valid operation, or the faults of the request. */
export type Prepared<Args, Fault> =
  | { readonly kind: 'operation'; readonly type: 'query' | 'mutation' | 'subscription'; readonly args: Args }
  | { readonly kind: 'refused'; readonly errors: readonly Fault[] };

/** A GraphQL response: `data`, `errors`, or both. */
export interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly unknown[];
}

/**
 * @template Args the arguments of an execution; HTTP only passes them on
 * @template Fault an error of GraphQL
 */
export interface StreamDoor<Args, Fault> {
  admit(request: IncomingRequest): Promise<Admission>;
  prepare(incoming: IncomingRequest, request: StreamRequest): Promise<Prepared<Args, Fault>>;
  /** Executes a query or a mutation. */
  execute(args: Args): Promise<Answer>;
  /** The events of a subscription, ready to be sent. They end when the token is no longer live. */
  subscribe(args: Args, token: AccessToken | null): Promise<Answer | AsyncGenerator<Answer, void, void>>;
  /**
   * @returns null if the token is live
   * @throws LatchkeyError AUTH_UNAVAILABLE if the revocation state cannot be known
   */
  findRefusal(token: AccessToken): TokenRefusal | null | Promise<TokenRefusal | null>;
  /** The answer as a client may see it. An answer of Apollo Server passes through unchanged. */
  format(answer: Answer): Answer;
}
