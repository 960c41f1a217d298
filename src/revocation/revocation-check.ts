/** The contract of the revocation check, which runs for every token at every authorized field: is it revoked now? */

/** The claims of an access token that the check reads. */
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
   * @throws LatchkeyError AUTH_UNAVAILABLE if the state is unknown: the check denies then
   */
  ask(token: RevocableToken): RevocationVerdict | Promise<RevocationVerdict>;
}

/** Whether the blacklist holds one of a token's ids, and the rules that hold for all tokens, both at the same instant. */
export interface Standing {
  readonly isListed: boolean;
  readonly generation: number;
  /** Tokens with an `exp` up to this instant are refused, whatever the clock says (R7). */
  readonly prunedBefore: Date;
}

/** A token is revoked by one of its own ids, or together with all others by a new generation (R14, R17). */
export function verdictOn({ exp, gen }: RevocableToken, { isListed, generation, prunedBefore }: Standing): RevocationVerdict {
  if (exp * 1000 <= prunedBefore.getTime()) return 'expired';
  return isListed || gen !== generation ? 'revoked' : 'live';
}
