/** Commits what `SessionEndings` revokes: the blacklist rows in the same transaction, then memory, then the other nodes. When `commit` has returned it is in force (R4). */

import type { Database, Transaction } from '../database/database.js';
import { isCommitUnknown } from '../database/failures.js';
import type { Clock } from '../lib/ambient.js';
import { coalesced } from '../lib/coalesced.js';
import { LatchkeyError } from '../lib/errors.js';
import {
  type Addition,
  addToBlacklist,
  type BlacklistEntry,
  findBlacklisted,
  KEEP_AFTER_EXPIRY_MS,
  markPruned,
  type Removal,
  readPage,
  readState,
  removeDeadRows,
  rowsSince,
} from './blacklist.js';
import { ALONE, type Commit, type Confirmation, type Coordinator } from './coordinator.js';
import type { Replica } from './memory/replica.js';
import { restoreLog } from './restoring.js';

/** What a piece of work revokes, and what it answers. */
export interface Revocation<Result> {
  readonly entries: readonly BlacklistEntry[];
  /** Whether every token that was ever issued is revoked, of all users. */
  readonly endsGeneration: boolean;
  /**
   * Whether something was to be revoked at all. If it had been revoked before there are no entries, and the answer waits
   * all the same: the first one may not be in force everywhere yet.
   */
  readonly revokes: boolean;
  readonly result: Result;
}

/** Rows per read when there are many, so that each is short. */
const PAGE = 10_000;

/** The result, and how it came to be in force. */
export interface Confirmed<Result> {
  readonly result: Result;
  readonly confirmation: Confirmation;
}

export class Revocations {
  /** Takes in what other nodes have written; who asks at the same time shares one look. */
  readonly catchUp: () => Promise<void>;
  #recovering: Promise<void> | undefined;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    readonly replica: Replica,
    private readonly coordinator: Coordinator,
  ) {
    this.catchUp = coalesced(() => this.#catchUp(), 0);
  }

  /** Loads the blacklist. Nothing may be served before it has returned (R6). */
  load(): Promise<void> {
    return this.catchUp();
  }

  /** The generation of tokens that is accepted, as this process knows it. */
  get generation(): number {
    return this.replica.generation;
  }

  /**
   * Runs the work and writes what it revokes in the same transaction, then sees to it that it is in force on every node, then returns (R3, R4, R22).
   *
   * It also applies what other commits have written before it, so that a logout that is repeated while
   * the first one has not returned yet does not answer before the first one's effect is in force.
   *
   * @throws LatchkeyError LOGOUT_UNCONFIRMED if the outcome of the commit can't be found out
   * @throws LatchkeyError AUTH_UNAVAILABLE if nothing was committed
   */
  async commit<Result>(work: (transaction: Transaction) => Promise<Revocation<Result>>): Promise<Confirmed<Result>> {
    let revocation: Revocation<Result> | undefined;
    let added: Addition | null = null;
    let delta: Commit;
    try {
      delta = await this.database.transaction(async (transaction) => {
        revocation = await work(transaction);
        added = await addToBlacklist(transaction, revocation.entries, revocation.endsGeneration, this.clock.now());
        return this.#delta(transaction, added);
      });
    } catch (error) {
      if (!isCommitUnknown(error) || revocation === undefined) throw error;
      delta = await this.#findOut(added, error);
    }
    if (revocation === undefined) throw new Error('a transaction returned without running its work');
    // The answer will be that it is not confirmed; what the log has lost is mended by then.
    if (delta.state.version < delta.since) await this.catchUp();
    const { revokes, result } = revocation;
    if (revokes) return { result, confirmation: await this.coordinator.confirm(delta) };
    this.coordinator.take(delta);
    return { result, confirmation: ALONE };
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

  /** A shared database that has lost commits gets back what this process remembers (R25). */
  async #catchUp(): Promise<void> {
    // What is applied while the answer is on its way may be newer than the answer, and nothing is lost then.
    const known = this.replica.version;
    const delta = await this.#readDelta(await this.#readPages());
    const { version } = delta.state;
    if (version >= known || !this.database.isShared) return this.replica.apply(delta);
    await restoreLog(this.database, this.replica, this.clock, version);
    this.replica.apply(await this.#readDelta());
  }

  /** What was just added is the whole delta if it follows on what is applied; else there were others in between. */
  async #delta(client: Transaction, added: Addition | null = null, since = this.replica.version): Promise<Commit> {
    if (added?.state.version === since + 1) return { since, ...added };
    const state = added?.state ?? (await readState(client));
    return { since, state, rows: await rowsSince(client, since) };
  }

  #readDelta(since = this.replica.version): Promise<Commit> {
    return this.database.transaction((transaction) => this.#delta(transaction, null, since));
  }

  /**
   * Reads a long log in parts, but for the end. What is committed meanwhile comes after them, and what is pruned meanwhile is
   * told by the state that is read with the end.
   *
   * @returns the version up to which rows were read
   */
  async #readPages(): Promise<number> {
    let version = this.replica.version;
    for (;;) {
      const page = await this.database.read((client) => readPage(client, version, PAGE));
      if (page === null) return version;
      this.replica.add(page.rows);
      version = page.lastVersion;
    }
  }

  async #reload(): Promise<void> {
    this.replica.lose();
    await this.database.reopen();
    await this.catchUp();
  }

  /** The commit may or may not have happened: the rows tell that it has added. One that was there before it tells nothing. */
  async #findOut(added: Addition | null, failure: unknown): Promise<Commit> {
    const delta = await this.#readBack(added?.rows.map((row) => row.id) ?? []).catch(() => null);
    if (delta === null) throw LatchkeyError.logoutUnconfirmed(failure);
    return delta;
  }

  /**
   * Nothing to look for proves nothing. With one node memory is exact, so it is not asked until it is so again; on a
   * shared database it never said more than its lease allows.
   */
  async #readBack(ids: readonly string[]): Promise<Commit | null> {
    if (!this.database.isShared) await this.recover();
    // A recovery that was under way already may have read before the commit.
    const delta = await this.#readDelta();
    this.coordinator.take(delta);
    const found = await this.database.read((client) => findBlacklisted(client, ids));
    return ids.length > 0 && ids.every((id) => found.has(id)) ? delta : null;
  }
}
