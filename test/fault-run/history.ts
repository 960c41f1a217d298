/** What clients asked of several nodes and what they were told, by one monotonic clock: the material of the history checker. */
/** Which sessions a logout ends: one, or all of a user, but for one. */
export type Covered =
  | { readonly kind: 'session'; readonly sid: string }
  | { readonly kind: 'user'; readonly user: string; readonly but: string | null };

export type Outcome =
  /** Success; of an operation that wants a live session, the token was accepted. */
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
  /** The connection was refused: the node has never heard of it. */
  | 'not-sent'
  /** The connection broke, or nothing came in time: it may have happened. */
  | 'no-answer'
  /** What no client should ever see. */
  | 'strange';

export interface Operation {
  readonly kind: 'login' | 'check' | 'refresh' | 'logout';
  readonly node: number;
  /** Milliseconds on the clock of the clients, before the request was written and after the answer was read. */
  readonly sentAt: number;
  readonly answeredAt: number;
  readonly user: string;
  /** The session whose token was shown; of a login, the one that it opened, empty if none is known. */
  readonly sid: string;
  /** Whether `done` says that the session was alive. A logout of the own session says nothing: it always works. */
  readonly accepts: boolean;
  readonly covered: Covered | null;
  readonly outcome: Outcome;
  /** What was told, in words. */
  readonly told: string;
  /** Asked at the end, after everything was healed and each node had been restarted. */
  readonly isFinal: boolean;
}
