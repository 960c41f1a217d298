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

/** Whether one of a token's ids is on the list, and what holds for all tokens, both of one instant. */
export interface Standing {
  readonly isListed: boolean;
  readonly generation: number;
  /** Tokens whose `exp` is not after this are refused whatever the clock says (R7). */
  readonly prunedBefore: Date;
}

/** A token is revoked by its own ids, or with all others (R14, R17). */
export function verdictOn({ exp, gen }: RevocableToken, { isListed, generation, prunedBefore }: Standing): RevocationVerdict {
  if (exp * 1000 <= prunedBefore.getTime()) return 'expired';
  return isListed || gen !== generation ? 'revoked' : 'live';
}
