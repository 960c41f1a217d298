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

/**
 * The three ways in which a token is revoked tell what the node knows of its session (R31):
 *
 * - `session-revoked`: the session has ended.
 * - `token-revoked`: a change of roles, a new password, a revoked key, or the repair of R25. The session continues through refresh.
 * - `generation-revoked`: the generation of the token is over, and the node does not know which sessions have ended with it.
 */
export type Revoked = 'session-revoked' | 'token-revoked' | 'generation-revoked';

export type RevocationVerdict = 'live' | Revoked | 'expired';

export interface RevocationCheck {
  /**
   * Answers at once where the mode allows it.
   *
   * @throws LatchkeyError AUTH_UNAVAILABLE if the state is unknown: the check denies then
   */
  ask(token: RevocableToken): RevocationVerdict | Promise<RevocationVerdict>;
}

/** Which of a token's ids the blacklist holds, and the rules that hold for all tokens, both at the same instant. */
export interface Standing {
  /** Whether the `sid` is listed. */
  readonly isSessionListed: boolean;
  /** Whether the `jti` or the `kid` is listed. */
  readonly isTokenListed: boolean;
  readonly generation: number;
  /** The sessions of older generations have ended; null if this is not known. */
  readonly sessionsSince: number | null;
  /** Tokens with an `exp` up to this instant are refused, whatever the clock says (R7). */
  readonly prunedBefore: Date;
}

/** A token is revoked by one of its own ids, or together with all others by a new generation (R14, R17). */
export function verdictOn({ exp, gen }: RevocableToken, standing: Standing): RevocationVerdict {
  if (exp * 1000 <= standing.prunedBefore.getTime()) return 'expired';
  // The session comes first: whatever else revoked the token, a client must not refresh for a session that has ended.
  if (standing.isSessionListed) return 'session-revoked';
  if (gen !== standing.generation) return verdictOnGeneration(gen, standing);
  return standing.isTokenListed ? 'token-revoked' : 'live';
}

/** A token is never older than its session. So with a token of a generation before `sessionsSince`, the session is over too (R17). */
export function verdictOnGeneration(gen: number, { generation, sessionsSince }: Pick<Standing, 'generation' | 'sessionsSince'>): Revoked {
  if (sessionsSince === null || gen > generation) return 'generation-revoked';
  return gen < sessionsSince ? 'session-revoked' : 'token-revoked';
}

/** Whether the session of a refused token has ended. Null if the verdict does not tell. */
export function hasEnded(verdict: Exclude<RevocationVerdict, 'live'>): boolean | null {
  if (verdict === 'session-revoked') return true;
  return verdict === 'token-revoked' ? false : null;
}
