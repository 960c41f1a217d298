/** The funnel: everything that revokes passes through `commit`, and is in force on this node when it returns. */
import type { Clock } from '../ambient.js';
import type { Database, Transaction } from '../database/database.js';
import { isCommitUnknown } from '../database/failures.js';
import { LatchkeyError } from '../errors.js';
import {
  type Addition,
  addToBlacklist,
  type BlacklistEntry,
  findBlacklisted,
  KEEP_AFTER_EXPIRY_MS,
  markPruned,
  type Removal,
  readState,
  removeDeadRows,
  rowsSince,
} from './blacklist.js';
import { type LogDelta, Replica } from './replica.js';

/** What a piece of work revokes, and what it answers. */
export interface Revocation<Result> {
  readonly entries: readonly BlacklistEntry[];
  readonly result: Result;
}

export class Revocations {
  readonly replica = new Replica();
  #recovering: Promise<void> | undefined;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Loads the blacklist. Nothing may be served before it has returned (R6). */
  load(): Promise<void> {
    return this.#catchUp();
  }

  /**
   * Runs the work and writes what it revokes in the same transaction, then applies it in memory, then returns (R3, R4).
   *
   * It also applies what other commits have written before it, so that a logout that is repeated while
   * the first one has not returned yet does not answer before the first one's effect is in force.
   *
   * @throws LatchkeyError LOGOUT_UNCONFIRMED if the outcome of the commit can't be found out
   * @throws LatchkeyError AUTH_UNAVAILABLE if nothing was committed
   */
  async commit<Result>(work: (transaction: Transaction) => Promise<Revocation<Result>>): Promise<Result> {
    let revocation: Revocation<Result> | undefined;
    try {
      const delta = await this.database.transaction(async (transaction) => {
        revocation = await work(transaction);
        return this.#delta(transaction, await addToBlacklist(transaction, revocation.entries, this.clock.now()));
      });
      this.replica.apply(delta);
    } catch (error) {
      if (!isCommitUnknown(error) || revocation === undefined) throw error;
      await this.#findOut(revocation.entries, error);
    }
    if (revocation === undefined) throw new Error('a transaction returned without running its work');
    return revocation.result;
  }

  /** Asks the database again after a failure; until it has answered nothing is accepted (R8). */
  recover(): Promise<void> {
    this.#recovering ??= this.#reload().finally(() => {
      this.#recovering = undefined;
    });
    return this.#recovering;
  }

  /**
   * Removes rows that no token can need any more, in bounded batches: those of the blacklist, or what `remove` does away with.
   *
   * The clock that calls them dead may be wrong, so their tokens are refused by their age from then on. That goes by
   * the tokens and not by the clock: one that ran ahead for a moment must not shut out the tokens of days to come.
   *
   * @returns how many rows were removed
   */
  async prune(remove: (transaction: Transaction, now: number, limit: number) => Promise<Removal> = removeDeadRows): Promise<number> {
    const now = this.clock.now();
    return this.database.inBatches(async (transaction, limit) => {
      const { count, lastExpiresAt } = await remove(transaction, now, limit);
      if (count === 0) return { count };
      await markPruned(transaction, lastExpiresAt);
      // Before the commit: a row may be gone only when its tokens are refused by their age, also if a later batch fails.
      this.replica.forgetUntil(lastExpiresAt + KEEP_AFTER_EXPIRY_MS, lastExpiresAt);
      return { count };
    });
  }

  /** What was just added is the whole delta if it follows on what is applied; else there were others in between. */
  async #delta(client: Transaction, added: Addition | null = null): Promise<LogDelta> {
    const since = this.replica.version;
    if (added?.state.version === since + 1) return { since, ...added };
    const state = added?.state ?? (await readState(client));
    return { since, state, rows: await rowsSince(client, since) };
  }

  async #catchUp(): Promise<void> {
    this.replica.apply(await this.database.transaction((transaction) => this.#delta(transaction)));
  }

  async #reload(): Promise<void> {
    this.replica.lose();
    await this.database.reopen();
    await this.#catchUp();
  }

  /** The commit may or may not have happened: the rows tell. */
  async #findOut(entries: readonly BlacklistEntry[], failure: unknown): Promise<void> {
    const happened = await this.#haveBeenWritten(entries.map((entry) => entry.id)).catch(() => false);
    if (!happened) throw LatchkeyError.logoutUnconfirmed(failure);
  }

  /** Nothing to look for proves nothing. */
  async #haveBeenWritten(ids: readonly string[]): Promise<boolean> {
    await this.recover();
    // A recovery that was under way already may have read before the commit.
    await this.#catchUp();
    const found = await this.database.read((client) => findBlacklisted(client, ids));
    return ids.length > 0 && ids.every((id) => found.has(id));
  }
}
