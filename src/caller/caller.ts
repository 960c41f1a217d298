/** Who a request speaks for, and what every resolver gets of a request. */
import type { UnauthenticatedReason } from '../lib/errors.js';
import type { Origin } from '../lib/origin.js';
import type { AccessToken } from './access-token-claims.js';

/** Who a request speaks for. */
export type Caller =
  | { readonly kind: 'authenticated'; readonly token: AccessToken }
  | {
      readonly kind: 'anonymous';
      readonly reason: UnauthenticatedReason;
      /** The claims when only time or revocation stand against the token, so that logout can still end its session. */
      readonly token: AccessToken | null;
    }
  | {
      /** Whether the token is revoked, or even ours, can't be known now; the claims are there when it is ours. */
      readonly kind: 'unknown';
      readonly token: AccessToken | null;
      readonly failure: unknown;
    };

/** The refresh token of a browser, where the client leaves the keeping of it to a cookie (R30). */
export interface RefreshCookie {
  /** The token that came with the request, or that an operation of the request has put in its place. */
  readonly received: string | null;
  /** @param expiresAt when a browser may forget it */
  give(token: string, expiresAt: Date): void;
  clear(): void;
}

/** What every resolver gets. */
export interface RequestContext {
  readonly caller: Caller;
  readonly requestId: string;
  readonly origin: Origin;
  /** Null if the client keeps its refresh token itself. */
  readonly refreshCookie: RefreshCookie | null;
}

/** A request as the outside hands it in. */
export interface IncomingRequest {
  /** Every Authorization header that was sent. */
  readonly authorization: readonly string[];
  readonly requestId: string;
  readonly origin: Origin;
  readonly refreshCookie: RefreshCookie | null;
}

export type ContextBuilder = (request: IncomingRequest) => RequestContext | Promise<RequestContext>;
