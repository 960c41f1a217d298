/** Holds this process's copy of the blacklist: exact after loading, unknown after a commit with an unknown outcome. */
import { LatchkeyError } from '../../lib/errors.js';
import { type RevocableToken, type RevocationVerdict, verdictOnGeneration } from '../revocation-check.js';
import { type BlacklistRow, KEEP_AFTER_EXPIRY_MS, type LogState } from './log-rows.js';
import { RevocationSet } from './revocation-set.js';

/** The rows of the log after a version, and the state they lead to. */
export interface LogDelta {
  /** The version that this process had applied when it asked. */
  readonly since: number;
  readonly state: LogState;
  readonly rows: readonly BlacklistRow[];
}

export class Replica {
  readonly #set = new RevocationSet();
  #known = false;
  #version = 0;
  #generation = 0;
  #sessionsSince = 0;
  #prunedBefore = 0;

  get isKnown(): boolean {
    return this.#known;
  }

  get version(): number {
    return this.#version;
  }

  get generation(): number {
    return this.#generation;
  }

  /** Sessions that began in an older generation have ended (R17). */
  get sessionsSince(): number {
    return this.#sessionsSince;
  }

  /** Tokens with an `exp` up to this instant, in milliseconds since the epoch, are refused by their age. */
  get prunedBefore(): number {
    return this.#prunedBefore;
  }

  get size(): number {
    return this.#set.size;
  }

  /** The refused ids, each with the instant until which it is kept. */
  entries(): Iterable<readonly [string, number]> {
    return this.#set.entries();
  }

  /**
   * Applies committed rows. It only ever adds rows, so an older delta that arrives late can't un-revoke a token (R5).
   *
   * @throws LatchkeyError AUTH_UNAVAILABLE if the log went backwards: the database is not the one that this process loaded
   */
  apply({ since, state, rows }: LogDelta): void {
    if (state.version < since) {
      this.#known = false;
      throw LatchkeyError.unavailable(new Error(`The blacklist went back from version ${since} to ${state.version}`));
    }
    this.add(rows);
    this.#version = Math.max(this.#version, state.version);
    this.#generation = Math.max(this.#generation, state.generation);
    this.#sessionsSince = Math.max(this.#sessionsSince, state.sessionsSince);
    const prunedBefore = state.prunedBefore.getTime();
    // Another node has pruned rows, so this process needs them no more either.
    if (prunedBefore > this.#prunedBefore) this.forgetUntil(prunedBefore + KEEP_AFTER_EXPIRY_MS, prunedBefore);
    this.#known = true;
  }

  /** Adds some rows of a longer log. `isKnown` and the version stay as they are, because rows are still missing. */
  add(rows: readonly BlacklistRow[]): void {
    for (const row of rows) this.#set.add(row.id, row.revokedUntil.getTime());
  }

  /** From now on this process accepts no token until `apply` has run again. */
  lose(): void {
    this.#known = false;
  }

  /**
   * The log has gone back, and is read again from its beginning. The ids stay; the generation is taken from what is read, although it may
   * be lower. Until then no token is accepted.
   */
  restart(): void {
    this.#known = false;
    this.#version = 0;
    this.#generation = 0;
    this.#sessionsSince = 0;
  }

  /** Forgets ids that no token can carry any more; tokens that old are refused by their `exp` alone (R7). */
  forgetUntil(now: number, prunedBefore: number): void {
    this.#prunedBefore = Math.max(this.#prunedBefore, prunedBefore);
    this.#set.forgetUntil(now);
  }

  /**
   * A token is revoked by its own ids and by nothing else (R14).
   *
   * @throws LatchkeyError AUTH_UNAVAILABLE when the state is not known
   */
  verdictOn(token: RevocableToken): RevocationVerdict {
    const verdict = this.verdictWithoutList(token);
    // The same order as in `verdictOn`: a session that has ended comes first.
    if (verdict !== 'expired' && this.#set.has(token.sid)) return 'session-revoked';
    if (verdict !== 'live') return verdict;
    return this.#set.has(token.jti) || this.#set.has(token.kid) ? 'token-revoked' : 'live';
  }

  /** Checks only the rules that hold for all tokens: the generation, and the limit of pruning. */
  verdictWithoutList(token: RevocableToken): RevocationVerdict {
    if (!this.#known) throw LatchkeyError.unavailable(new Error('The state of the blacklist is not known'));
    if (token.exp * 1000 <= this.#prunedBefore) return 'expired';
    return token.gen === this.#generation ? 'live' : verdictOnGeneration(token.gen, this);
  }
}
