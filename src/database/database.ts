/** Opens the database; every read and write of the server goes through this class. */
import { setTimeout } from 'node:timers/promises';
import { within } from '../lib/deadline.js';
import { LatchkeyError } from '../lib/errors.js';
import { createQueue, type Queue } from '../lib/queue.js';
import type { Engine, LockableTable, ServerFacts, Transaction } from './engine.js';
import { engineFor } from './engines.js';
import { CommitUnknown, isConflict, isUnavailable, isUndone } from './failures.js';
import type { PrismaClient } from './generated/client.js';

export type { Transaction } from './engine.js';

/** The longest time from the first statement of a transaction to its commit. */
export const TRANSACTION_TIMEOUT_MS = 10_000;
const WAITING_TRANSACTIONS = 1_000;
/** With the wait for a connection: a server that hangs must not hold a request for longer. SQLite answers in this process. */
const READ_WITHIN_MS = 3_500;
/** Rows per transaction when many are removed, so that no login waits long behind it. */
const BATCH = 500;
const WAITING_LONG_READS = 100;
/** How often a transaction that conflicts with others is tried. */
const TRIES = 5;
const RETRY_PAUSE_MS = 20;

export const DEFAULT_POOL_SIZE = 10;

export class Database {
  /** Reads and transactions since the start, for `/metrics`. Tests use it to show that the revocation check needs none. */
  operations = 0;
  #client: PrismaClient;
  #aside: PrismaClient | undefined;
  #suspect = false;
  #active = 0;
  #drained: (() => void) | undefined;
  #reopening: Promise<void> | undefined;
  #pinging: Promise<void> | undefined;
  readonly #writers: Queue;
  readonly #longReads = createQueue(1, WAITING_LONG_READS, () => LatchkeyError.unavailable(new Error('too many long reads wait')));
  readonly #committed = new WeakMap<Transaction, readonly (() => void)[]>();

  private constructor(private readonly engine: Engine) {
    const refuse = () => LatchkeyError.unavailable(new Error('too many transactions wait'));
    this.#writers = createQueue(engine.transactionsAtOnce, WAITING_TRANSACTIONS, refuse);
    this.#client = engine.connect(true);
  }

  /**
   * @throws LatchkeyError AUTH_UNAVAILABLE if it can't be opened
   * @throws WrongDatabase if the server is unsuitable
   */
  static async open(url: string, poolSize = DEFAULT_POOL_SIZE): Promise<Database> {
    const database = new Database(await engineFor(url, poolSize));
    try {
      await database.#use(() => database.#client.$queryRaw`SELECT 1`);
      await database.engine.assertFit(database.#client);
      return database;
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  /** Whether other nodes may read and write the same database. */
  get isShared(): boolean {
    return this.engine.isShared;
  }

  /**
   * Runs one or more queries outside any transaction.
   *
   * @throws LatchkeyError AUTH_UNAVAILABLE if the database can't answer; violations of constraints pass through unchanged
   */
  read<Result>(query: (client: Transaction) => Promise<Result>): Promise<Result> {
    const answer = this.#use(() => query(this.#client));
    return this.isShared
      ? within(
          READ_WITHIN_MS,
          () => LatchkeyError.unavailable(new Error('a read took too long')),
          () => answer,
        )
      : answer;
  }

  /**
   * Runs a query that may take long, such as a search through all users, one at a time. With SQLite it runs in a thread of its own, and
   * through a client of its own, because Prisma's adapter runs the queries of a client one after another. So no other request waits.
   *
   * @param query it must be raw SQL that begins with `LONG_READ`
   * @throws LatchkeyError AUTH_UNAVAILABLE if the database can't answer, or too many such queries wait
   */
  readLong<Result>(query: (client: Transaction) => Promise<Result>): Promise<Result> {
    return this.#longReads.run(() => this.#use(() => query(this.#openAside())));
  }

  /**
   * Runs the work in one transaction: one at a time with SQLite, several with PostgreSQL. The work must use only the client that it
   * is given. It runs again after a conflict with another transaction, so its effects outside the transaction must be repeatable.
   *
   * @throws LatchkeyError AUTH_UNAVAILABLE if the database can't answer; `isCommitUnknown` tells whether the
   *   work may have been committed nevertheless
   */
  transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    return this.#writers.run(() => this.#use(() => this.#commitAgain(work)));
  }

  /** Calls `act` once the transaction is committed, and never if it is not. */
  whenCommitted(transaction: Transaction, act: () => void): void {
    this.#committed.set(transaction, [...(this.#committed.get(transaction) ?? []), act]);
  }

  /** Waits for open transactions that have read the table, and keeps others from reading it until this transaction ends. */
  lockTable(transaction: Transaction, table: LockableTable): Promise<void> {
    return this.engine.lockTable(transaction, table);
  }

  /** The names of the existing tables. */
  listTables(): Promise<string[]> {
    return this.read((client) => this.engine.listTables(client));
  }

  /** Facts that the server reports about itself; null with SQLite. */
  describeServer(): Promise<ServerFacts | null> {
    return this.read((client) => this.engine.describeServer(client));
  }

  /** A description of damage in the stored data, or null. */
  findDamage(): Promise<string | null> {
    return this.readLong((client) => this.engine.findDamage(client));
  }

  /**
   * Repeats a piece of work, each time in a new transaction, until it finds less than a full batch.
   *
   * @returns the total number of rows
   */
  async inBatches(work: (transaction: Transaction, limit: number) => Promise<{ count: number }>): Promise<number> {
    let total = 0;
    for (let count = BATCH; count === BATCH; total += count) {
      count = (await this.transaction((transaction) => work(transaction, BATCH))).count;
    }
    return total;
  }

  /** Checks that the database accepts writes now. Concurrent callers share the answer. */
  ping(): Promise<void> {
    this.#pinging ??= this.transaction((transaction) => this.engine.assertWritable(transaction)).finally(() => {
      this.#pinging = undefined;
    });
    return this.#pinging;
  }

  /** Replaces the connection once running operations have ended. With PostgreSQL it does nothing: the pool does this by itself. */
  async reopen(): Promise<void> {
    if (!this.engine.isReopenedAfterFailure) return;
    this.#suspect = true;
    this.#reopening ??= this.#replaceClient().finally(() => {
      this.#reopening = undefined;
    });
    await this.#reopening;
  }

  async close(): Promise<void> {
    await this.#aside?.$disconnect();
    await this.engine.beforeClose(this.#client);
    await this.#client.$disconnect();
  }

  /** A pool has connections for both. */
  #openAside(): PrismaClient {
    if (this.engine.isShared) return this.#client;
    this.#aside ??= this.engine.connect(false);
    return this.#aside;
  }

  async #commitAgain<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#commit(work);
      } catch (error) {
        if (!isConflict(error) || tries === TRIES) throw error;
        // The pause keeps the two transactions from meeting again.
        await setTimeout(tries * RETRY_PAUSE_MS);
      }
    }
  }

  async #commit<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    const finished: Transaction[] = [];
    try {
      const committed = await this.#client.$transaction(
        async (transaction) => {
          const result = await work(transaction);
          finished.push(transaction);
          return result;
        },
        { maxWait: TRANSACTION_TIMEOUT_MS, timeout: TRANSACTION_TIMEOUT_MS },
      );
      this.engine.noteAnswer(true);
      for (const act of finished.flatMap((transaction) => this.#committed.get(transaction) ?? [])) act();
      return committed;
    } catch (error) {
      throw finished.length > 0 && !isUndone(error) ? new CommitUnknown(error) : error;
    }
  }

  async #use<Result>(operation: () => Promise<Result>): Promise<Result> {
    if (this.#suspect) await this.reopen();
    this.#active += 1;
    this.operations += 1;
    try {
      return await operation();
    } catch (error) {
      throw this.#translate(error);
    } finally {
      this.#active -= 1;
      if (this.#active === 0) this.#drained?.();
    }
  }

  /** After a failure a SQLite connection may still be inside an unfinished transaction, so it is never used again. */
  #translate(error: unknown): unknown {
    if (!isUnavailable(error)) return error;
    this.#suspect = this.engine.isReopenedAfterFailure;
    this.engine.noteAnswer(false);
    return LatchkeyError.unavailable(error);
  }

  async #replaceClient(): Promise<void> {
    if (this.#active > 0)
      await new Promise<void>((resolve) => {
        this.#drained = resolve;
      });
    this.#drained = undefined;
    const old = this.#client;
    this.#client = this.engine.connect(false);
    this.#suspect = false;
    await old.$disconnect().catch(() => undefined);
  }
}
