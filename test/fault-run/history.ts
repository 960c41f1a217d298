/** The history of a fault run: what clients asked of several nodes and the answers, by one monotonic clock, for the history checker. */
/** The sessions that a logout ends: one, or all of a user, possibly except one. */
export type Covered =
  | { readonly kind: 'session'; readonly sid: string }
  | { readonly kind: 'user'; readonly user: string; readonly but: string | null };

export type Outcome =
  /** Success. If the operation needs a live session, the node accepted the token. */
  | 'done'
  /** UNAUTHENTICATED with TOKEN_REVOKED, or INVALID_REFRESH_TOKEN. */
  | 'revoked'
  /** UNAUTHENTICATED for any other reason. */
  | 'unauthenticated'
  /** AUTH_UNAVAILABLE: nothing has happened. */
  | 'unavailable'
  | 'rate-limited'
  /** LOGOUT_UNCONFIRMED: it may have happened. */
  | 'unconfirmed'
  /** The connection was refused: the node never received the request. */
  | 'not-sent'
  /** The connection broke, or no answer came in time: it may have happened. */
  | 'no-answer'
  /** An answer that no client should ever see. */
  | 'strange';

export interface Operation {
  readonly kind: 'login' | 'check' | 'refresh' | 'logout';
  readonly node: number;
  /** Milliseconds on the clients' clock, before the request was written and after the answer was read. */
  readonly sentAt: number;
  readonly answeredAt: number;
  readonly user: string;
  /** The session of the token; for a login, the session that it opened, empty if unknown. */
  readonly sid: string;
  /** Whether `done` proves that the session was alive. A logout of the caller's own session proves nothing: it always succeeds. */
  readonly accepts: boolean;
  readonly covered: Covered | null;
  readonly outcome: Outcome;
  /** The answer in words. */
  readonly told: string;
  /** Asked at the end, after every fault was repaired and each node restarted. */
  readonly isFinal: boolean;
}
