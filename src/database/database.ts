/** Opens the database, and is the one gate through which everything reads and writes it. */
import { setTimeout } from 'node:timers/promises';
import { LatchkeyError } from '../lib/errors.js';
import { createQueue, type Queue } from '../lib/queue.js';
import type { Engine, LockableTable, ServerFacts, Transaction } from './engine.js';
import { engineFor } from './engines.js';
import { CommitUnknown, isConflict, isUnavailable, isUndone } from './failures.js';
import type { PrismaClient } from './generated/client.js';

export type { Transaction } from './engine.js';

/** From its first statement to its commit. */
export const TRANSACTION_TIMEOUT_MS = 10_000;
const WAITING_TRANSACTIONS = 1_000;
/** Rows per transaction when many are removed, so that a login does not wait long behind it. */
const BATCH = 500;
/** Tries of a transaction that others are in the way of. */
const TRIES = 5;
const RETRY_PAUSE_MS = 20;

export const DEFAULT_POOL_SIZE = 10;

export class Database {
  /** Reads and transactions since start, for `/metrics` and for the proof that the revocation check needs none. */
  operations = 0;
  #client: PrismaClient;
  #suspect = false;
  #active = 0;
  #drained: (() => void) | undefined;
  #reopening: Promise<void> | undefined;
  #pinging: Promise<void> | undefined;
  readonly #writers: Queue;
  readonly #committed = new WeakMap<Transaction, readonly (() => void)[]>();

  private constructor(private readonly engine: Engine) {
    const refuse = () => LatchkeyError.unavailable(new Error('too many transactions wait'));
    this.#writers = createQueue(engine.transactionsAtOnce, WAITING_TRANSACTIONS, refuse);
    this.#client = engine.connect(true);
  }

  /**
   * @throws LatchkeyError AUTH_UNAVAILABLE if it can't be opened
   * @throws WrongDatabase if it is not of use
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

  /** Whether other nodes read and write the same database. */
  get isShared(): boolean {
    return this.engine.isShared;
  }

  /**
   * Runs a query, or several, outside any transaction.
   *
   * @throws LatchkeyError AUTH_UNAVAILABLE if the database can't answer; broken rules of the data pass through
   */
  read<Result>(query: (client: Transaction) => Promise<Result>): Promise<Result> {
    return this.#use(() => query(this.#client));
  }

  /**
   * Runs the work in one transaction: one at a time with SQLite, several with PostgreSQL. Inside, only the handed client may be used.
   * The work runs again when another transaction was in its way, so what it does outside of the transaction must bear that.
   *
   * @throws LatchkeyError AUTH_UNAVAILABLE if the database can't answer; `isCommitUnknown` tells whether the
   *   work may have been committed all the same
   */
  transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    return this.#writers.run(() => this.#use(() => this.#commitAgain(work)));
  }

  /** Has something done once a transaction is committed, and never if it is not. */
  whenCommitted(transaction: Transaction, act: () => void): void {
    this.#committed.set(transaction, [...(this.#committed.get(transaction) ?? []), act]);
  }

  /** From here to the end of the transaction no other one that has read the table is open, and none reads it. */
  lockTable(transaction: Transaction, table: LockableTable): Promise<void> {
    return this.engine.lockTable(transaction, table);
  }

  /** The names of the tables that are there. */
  listTables(): Promise<string[]> {
    return this.read((client) => this.engine.listTables(client));
  }

  /** What the server says of itself; null with SQLite. */
  describeServer(): Promise<ServerFacts | null> {
    return this.read((client) => this.engine.describeServer(client));
  }

  /** What is broken in the stored data, or null. */
  findDamage(): Promise<string | null> {
    return this.read((client) => this.engine.findDamage(client));
  }

  /**
   * Runs a piece of work again and again, each time in a transaction of its own, until it finds less than a batch to do.
   *
   * @returns how many rows there were in all
   */
  async inBatches(work: (transaction: Transaction, limit: number) => Promise<{ count: number }>): Promise<number> {
    let total = 0;
    for (let count = BATCH; count === BATCH; total += count) {
      count = (await this.transaction((transaction) => work(transaction, BATCH))).count;
    }
    return total;
  }

  /** Checks that the database can be written to now. Who asks meanwhile gets the same answer. */
  ping(): Promise<void> {
    this.#pinging ??= this.transaction((transaction) => this.engine.assertWritable(transaction)).finally(() => {
      this.#pinging = undefined;
    });
    return this.#pinging;
  }

  /** Lets go of the connections and takes new ones, once what runs has ended. A pool does that by itself. */
  async reopen(): Promise<void> {
    if (!this.engine.isReopenedAfterFailure) return;
    this.#suspect = true;
    this.#reopening ??= this.#replaceClient().finally(() => {
      this.#reopening = undefined;
    });
    await this.#reopening;
  }

  async close(): Promise<void> {
    await this.engine.beforeClose(this.#client);
    await this.#client.$disconnect();
  }

  async #commitAgain<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#commit(work);
      } catch (error) {
        if (!isConflict(error) || tries === TRIES) throw error;
        // Not together with the one that it met.
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

  /** After a failure the connection may be inside a transaction that nobody sees: it is never used again. */
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
