/** The question asked of every token at every authorized field: is it revoked, now? */

/** What of an access token the check looks at. */
export interface RevocableToken {
  readonly jti: string;
  readonly sid: string;
  readonly kid: string;
  readonly gen: number;
  /** Seconds since the epoch. */
  readonly exp: number;
}

export type RevocationVerdict = 'live' | 'revoked' | 'expired';

export interface RevocationCheck {
  /**
   * Answers at once where the mode allows it.
   *
   * @throws LatchkeyError AUTH_UNAVAILABLE when it can't be known: unknown state is denied
   */
  ask(token: RevocableToken): RevocationVerdict | Promise<RevocationVerdict>;
}
