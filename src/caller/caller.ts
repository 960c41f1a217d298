/** The caller of a request, and the context that every resolver gets. */
import type { UnauthenticatedReason } from '../lib/errors.js';
import type { Origin } from '../lib/origin.js';
import type { AccessToken } from './access-token-claims.js';

/** The caller of a request, as far as its access token tells. */
export type Caller =
  | { readonly kind: 'authenticated'; readonly token: AccessToken }
  | {
      readonly kind: 'anonymous';
      readonly reason: UnauthenticatedReason;
      /** For TOKEN_REVOKED: whether the session has ended too. Null for all other reasons, and if the server does not know. */
      readonly sessionEnded: boolean | null;
      /** The claims if the token is ours but expired or revoked, so that logout can still end its session. */
      readonly token: AccessToken | null;
    }
  | {
      /** The server can't tell now whether the token is revoked, or even ours. The claims are there if it is ours. */
      readonly kind: 'unknown';
      readonly token: AccessToken | null;
      readonly failure: unknown;
    };

/** The cookie with the refresh token of a browser, if the client does not keep that token itself (R30). */
export interface RefreshCookie {
  /** The token that came with the request, or the newer one that an operation of this request has set. */
  readonly received: string | null;
  /** @param expiresAt when the browser may delete the cookie */
  give(token: string, expiresAt: Date): void;
  clear(): void;
}

/** The headers of a request, under their names in small letters. A WebSocket has those of the request that opened it. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The context that every resolver gets. */
export interface RequestContext {
  readonly caller: Caller;
  readonly requestId: string;
  readonly headers: RequestHeaders;
  readonly origin: Origin;
  /** Null if the client keeps its refresh token itself. */
  readonly refreshCookie: RefreshCookie | null;
}

/** A request as the HTTP layer passes it in. */
export interface IncomingRequest {
  /** Every Authorization header that was sent. */
  readonly authorization: readonly string[];
  readonly requestId: string;
  readonly headers: RequestHeaders;
  readonly origin: Origin;
  readonly refreshCookie: RefreshCookie | null;
}

export type ContextBuilder = (request: IncomingRequest) => RequestContext | Promise<RequestContext>;

/** The one place where a text becomes a caller (R1). It never throws: every text gets a caller. */
export interface Door {
  /** @param token the text of an access token, without a scheme */
  callerOf(token: string): Caller | Promise<Caller>;
  /** @param authorization every Authorization header that was sent; two are refused, since a proxy may have checked the other one */
  callerBehind(authorization: readonly string[]): Caller | Promise<Caller>;
}
