/**
 * Commits the revocations of `SessionEndings`: writes the blacklist rows in the same transaction, then updates memory, then the
 * other nodes. Once `commit` has returned, the revocation is in force (R4).
 */

import type { Database, Transaction } from '../database/database.js';
import { isCommitUnknown } from '../database/failures.js';
import type { Clock } from '../lib/ambient.js';
import { coalesced } from '../lib/coalesced.js';
import { within } from '../lib/deadline.js';
import { LatchkeyError } from '../lib/errors.js';
import {
  type Addition,
  addToBlacklist,
  findBlacklisted,
  KEEP_AFTER_EXPIRY_MS,
  markPruned,
  type Removal,
  readLogSince,
  readPage,
  readState,
  removeDeadRows,
  rowsSince,
} from './blacklist.js';
import { ALONE, type Commit, type Coordinator } from './coordinator.js';
import type { Replica } from './memory/replica.js';
import { type Restore, restoreLog } from './restoring.js';
import type { Confirmed, Revocation, ShortCommit, ShortRevocation, Work } from './revocation.js';

/** Rows per read of a long log, so that each read is short. */
const PAGE = 10_000;

/** With the second that the check of the token may take, a client gets its answer within 5 s. */
const COMMIT_WITHIN_MS = 3_500;

interface Written<Result> {
  readonly revocation: Revocation<Result>;
  readonly delta: Commit;
}

export class Revocations {
  /** Applies the rows that other nodes have written. Concurrent callers share one read. */
  readonly catchUp: () => Promise<void>;
  #recovering: Promise<void> | undefined;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    readonly replica: Replica,
    private readonly coordinator: Coordinator,
    private readonly restore: Restore = restoreLog,
  ) {
    this.catchUp = coalesced(() => this.#catchUp(), 0);
  }

  /** Loads the blacklist. The server must not serve requests before it has returned (R6). */
  load(): Promise<void> {
    return this.catchUp();
  }

  /** The accepted generation of tokens, as far as this process knows. */
  get generation(): number {
    return this.replica.generation;
  }

  /**
   * Runs the work and writes its revocations in the same transaction. Returns once they are in force on every node (R3, R4, R22).
   *
   * It also applies the rows of earlier commits. A repeated logout would otherwise answer before the first one, still under way,
   * is in force.
   *
   * @throws LatchkeyError LOGOUT_UNCONFIRMED if the outcome of the commit stays unknown, a shared database does not answer in time, or a
   *   node may still accept the tokens
   * @throws LatchkeyError AUTH_UNAVAILABLE if nothing was committed
   */
  async commit<Result>(work: Work<Result>): Promise<Confirmed<Result>> {
    const { revocation, delta } = await this.#inTime((isOver) => this.#write(work, isOver));
    if (revocation.revokes) return this.#confirm(revocation.result, delta);
    await this.#repairIfBehind(delta);
    this.coordinator.take(delta);
    return { result: revocation.result, confirmation: ALONE };
  }

  /** Does the same for a revocation in one short transaction, which ends sessions that are named by their ids. */
  async commitShort<Result>(revocation: ShortRevocation<Result>): Promise<Confirmed<Result>> {
    const { result, delta } = await this.#inTime(() => this.#writeShort(revocation));
    return this.#confirm(result, delta);
  }

  async #confirm<Result>(result: Result, delta: Commit): Promise<Confirmed<Result>> {
    await this.#repairIfBehind(delta);
    return { result, confirmation: await this.coordinator.confirm(delta) };
  }

  /** The log has lost commits. Repair it first; the coordinator then answers LOGOUT_UNCONFIRMED. */
  async #repairIfBehind({ since, state }: Commit): Promise<void> {
    if (state.version < since) await this.catchUp();
  }

  /** A shared database may hang. What it has committed after the answer is in force on this node as soon as it is known. */
  async #inTime<Written extends { readonly delta: Commit }>(write: (isOver: () => boolean) => Promise<Written>): Promise<Written> {
    if (!this.database.isShared) return write(() => false);
    const late = () => LatchkeyError.logoutUnconfirmed(new Error(`The database did not answer within ${COMMIT_WITHIN_MS} ms`));
    return within(COMMIT_WITHIN_MS, late, async (isOver) => {
      const written = await write(isOver);
      if (isOver()) this.coordinator.take(written.delta);
      return written;
    });
  }

  async #writeShort<Result>(revocation: ShortRevocation<Result>): Promise<{ readonly result: Result; readonly delta: Commit }> {
    try {
      const { result, ...committed } = await revocation.commit();
      return { result, delta: await this.#deltaAfter(committed) };
    } catch (error) {
      if (!isCommitUnknown(error)) throw error;
      const found = await this.#lookBack(() => revocation.findDone()).catch(() => null);
      if (found === null) throw LatchkeyError.logoutUnconfirmed(error);
      return found;
    }
  }

  /**
   * The rows that a short transaction has added, with those before them. The second read is sent after the commit was acknowledged: it shows
   * the earlier revocation that a repeated one has found done (R5).
   */
  async #deltaAfter({ addition, isWhole }: Omit<ShortCommit<unknown>, 'result'>): Promise<Commit> {
    const since = this.replica.version;
    if (addition !== null && isWhole && addition.state.version === since + 1) return { since, ...addition };
    // In force here before the read, which may fail.
    if (addition !== null) this.replica.add(addition.rows);
    try {
      return await this.#readDelta();
    } catch (error) {
      if (!this.database.isShared) await this.recover().catch(() => undefined);
      throw LatchkeyError.logoutUnconfirmed(error);
    }
  }

  /** @param isOver whether the client has got its answer, so that nothing may be committed any more */
  async #write<Result>(work: Work<Result>, isOver: () => boolean): Promise<Written<Result>> {
    let revocation: Revocation<Result> | undefined;
    let added: Addition | null = null;
    try {
      const delta = await this.database.transaction(async (transaction) => {
        revocation = await work(transaction);
        added = await addToBlacklist(this.database, transaction, revocation.entries, revocation.endsAll, this.clock.now());
        const read = await this.#delta(transaction, added);
        if (isOver()) throw LatchkeyError.unavailable(new Error('the client has been answered already'));
        return read;
      });
      if (revocation === undefined) throw new Error('a transaction returned without running its work');
      return { revocation, delta };
    } catch (error) {
      if (!isCommitUnknown(error) || revocation === undefined) throw error;
      return { revocation, delta: await this.#findOut(added, error) };
    }
  }

  /** Loads the blacklist again after a failure. Until that succeeds, this process accepts no token (R8). */
  recover(): Promise<void> {
    this.#recovering ??= this.#reload().finally(() => {
      this.#recovering = undefined;
    });
    return this.#recovering;
  }

  /**
   * Removes rows that no valid token can need any more, in bounded batches: blacklist rows, or the rows that `remove` deletes.
   *
   * The clock that judges them may be wrong, so from then on their tokens are refused by age. The limit comes from the `exp` of
   * the removed rows, not from the clock: a clock that ran days ahead for a moment must not refuse all tokens of those days.
   *
   * @returns how many rows were removed
   */
  async prune(remove: (transaction: Transaction, now: number, limit: number) => Promise<Removal> = removeDeadRows): Promise<number> {
    const now = this.clock.now();
    return this.database.inBatches(async (transaction, limit) => {
      const { count, lastExpiresAt } = await remove(transaction, now, limit);
      if (count === 0) return { count };
      await markPruned(transaction, lastExpiresAt);
      // Before the commit: a row may disappear only after its tokens are refused by age, even if a later batch fails.
      this.replica.forgetUntil(lastExpiresAt + KEEP_AFTER_EXPIRY_MS, lastExpiresAt);
      return { count };
    });
  }

  /** If a shared database has lost commits, this process writes the ids in its memory back (R25). */
  async #catchUp(): Promise<void> {
    // Remember the version before asking: rows applied during the read may be newer than its answer, which is no loss.
    const known = this.replica.version;
    const delta = await this.#readDelta(await this.#readPages());
    const { version } = delta.state;
    if (version >= known || !this.database.isShared) return this.replica.apply(delta);
    await this.restore(this.database, this.replica, this.clock, version);
    this.replica.apply(await this.#readDelta());
  }

  /** If the added rows directly follow the applied version, they are the whole delta. Otherwise it reads the rows in between. */
  async #delta(client: Transaction, added: Addition | null): Promise<Commit> {
    const since = this.replica.version;
    if (added?.state.version === since + 1) return { since, ...added };
    const state = added?.state ?? (await readState(client));
    return { since, state, rows: await rowsSince(client, since) };
  }

  async #readDelta(since = this.replica.version): Promise<Commit> {
    return { since, ...(await readLogSince(this.database, since)) };
  }

  /**
   * Reads a long log in pages, except its end. Rows that are committed meanwhile have higher versions, so the caller reads them
   * with the end. Rows that are pruned meanwhile are covered by `prunedBefore`, which the caller reads with the end too.
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

  /** The commit may or may not have happened. Only the rows that it added prove it; rows from before prove nothing. */
  async #findOut(added: Addition | null, failure: unknown): Promise<Commit> {
    const ids = added?.rows.map((row) => row.id) ?? [];
    const areThere = async () => {
      const found = await this.database.read((client) => findBlacklisted(client, ids));
      return ids.length > 0 && ids.every((id) => found.has(id)) ? ids : null;
    };
    const found = await this.#lookBack(areThere).catch(() => null);
    if (found === null) throw LatchkeyError.logoutUnconfirmed(failure);
    return found.delta;
  }

  /**
   * Reads the log after a commit with an unknown outcome. A single node's memory must be exact, so it is reloaded first and no check uses it
   * until then. On a shared database the lease already limits the use of memory.
   *
   * @param findProof returns null if nothing proves the commit
   */
  async #lookBack<Proof>(findProof: () => Promise<Proof | null>): Promise<{ readonly result: Proof; readonly delta: Commit } | null> {
    if (!this.database.isShared) await this.recover();
    const result = await findProof();
    // Read after the proof: the commit may still be under way, and a read from before it would lack its rows.
    const delta = await this.#readDelta();
    this.coordinator.take(delta);
    return result === null ? null : { result, delta };
  }
}
