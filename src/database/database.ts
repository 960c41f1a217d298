/** Opens the database; every read and write of the server goes through this class. */
import { within } from '../lib/deadline.js';
import { LatchkeyError } from '../lib/errors.js';
import { createQueue, type Queue } from '../lib/queue.js';
import { commitHot, commitWithPrisma } from './commits.js';
import { Connections } from './connections.js';
import type { Engine, LockableTable, ServerFacts, Transaction } from './engine.js';
import { engineFor } from './engines.js';
import { HotTransaction } from './hot-transaction.js';
import { again, withOutcome } from './outcomes.js';
import { assertKept, type Dialect, fromDriver, type Insert, type Statement, toDriver } from './statement.js';

export { TRANSACTION_TIMEOUT_MS } from './commits.js';
export type { Transaction } from './engine.js';
export { HotTransaction } from './hot-transaction.js';

/** A transaction of Prisma, or one of hot statements. */
export type AnyTransaction = Transaction | HotTransaction;

const WAITING_TRANSACTIONS = 1_000;
/** With the wait for a connection: a server that hangs must not hold a request for longer. SQLite answers in this process. */
const READ_WITHIN_MS = 3_500;
/** Rows per transaction when many are removed, so that no login waits long behind it. */
const BATCH = 500;
const WAITING_LONG_READS = 100;

export const DEFAULT_POOL_SIZE = 10;

export class Database {
  #pinging: Promise<void> | undefined;
  readonly #connections: Connections;
  readonly #writers: Queue;
  readonly #longReads = createQueue(1, WAITING_LONG_READS, () => LatchkeyError.unavailable(new Error('too many long reads wait')));
  readonly #committed = new WeakMap<AnyTransaction, readonly (() => void)[]>();

  private constructor(private readonly engine: Engine) {
    const refuse = () => LatchkeyError.unavailable(new Error('too many transactions wait'));
    this.#writers = createQueue(engine.transactionsAtOnce, WAITING_TRANSACTIONS, refuse);
    this.#connections = Connections.of(engine);
  }

  /**
   * @param schema the schema of PostgreSQL that holds the tables; `public` if none is given
   * @throws LatchkeyError AUTH_UNAVAILABLE if it can't be opened
   * @throws WrongDatabase if the server is unsuitable
   */
  static async open(url: string, poolSize = DEFAULT_POOL_SIZE, schema?: string): Promise<Database> {
    const database = new Database(await engineFor(url, poolSize, schema));
    try {
      await database.#connections.use(() => database.#connections.prisma.$queryRaw`SELECT 1`);
      await database.engine.assertFit(database.#connections.prisma);
      await database.#connections.direct();
      return database;
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  /** Reads and transactions since the start, for `/metrics`. Tests use it to show that the revocation check needs none. */
  get operations(): number {
    return this.#connections.operations;
  }

  get dialect(): Dialect {
    return this.engine.dialect;
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
    return this.#inTime(this.#connections.use(() => query(this.#connections.prisma)));
  }

  /**
   * Runs one hot statement that reads, outside any transaction.
   *
   * @throws LatchkeyError AUTH_UNAVAILABLE if the database can't answer
   */
  ask<Row>(wanted: Statement<Row>): Promise<Row[]> {
    return this.#inTime(this.#connections.use(() => this.#run(wanted)));
  }

  /**
   * Runs one hot statement that writes, and does not wait until its commit is on the disk. It survives a crash of this process; a power
   * failure may undo it.
   *
   * @param wanted it ends with the list of its `RETURNING`
   * @throws LatchkeyError AUTH_UNAVAILABLE if the database can't answer
   */
  writeLazily<Row>(wanted: Statement<Row>): Promise<Row[]> {
    return this.#writers.run(() => this.#connections.use(() => again(() => this.#run(wanted, true))));
  }

  /**
   * Runs one hot statement that writes, as a transaction of its own. Only PostgreSQL has statements that do so much at once.
   *
   * @throws LatchkeyError AUTH_UNAVAILABLE as `transaction` does
   */
  write<Row>(wanted: Statement<Row>): Promise<Row[]> {
    return this.#writers.run(() => this.#connections.use(() => again(() => withOutcome(() => this.#run(wanted)))));
  }

  /** Runs hot statements in one transaction, like `transaction`, by the driver alone. With SQLite it is one turn of the event loop. */
  hotTransaction<Result>(work: (transaction: HotTransaction) => Promise<Result>): Promise<Result> {
    return this.#writers.run(() => this.#connections.use(() => again(() => this.#commitHot(work))));
  }

  /** Runs a hot statement in a transaction of either kind. */
  async runIn<Row>(transaction: AnyTransaction, wanted: Statement<Row>): Promise<Row[]> {
    if (transaction instanceof HotTransaction) return transaction.run(wanted);
    const { sql, args } = toDriver(wanted, this.dialect);
    const rows = await transaction.$queryRawUnsafe<Record<string, unknown>[]>(sql, ...args);
    const columnNames = Object.keys(rows[0] ?? {});
    return fromDriver(wanted, { columnNames, rows: rows.map((row) => Object.values(row)) });
  }

  /**
   * Runs a query that may take long, such as a search through all users, one at a time. With SQLite it runs in a thread of its own, and
   * through a client of its own, because Prisma's adapter runs the queries of a client one after another. So no other request waits.
   *
   * @param query it must be raw SQL that begins with `LONG_READ`
   * @throws LatchkeyError AUTH_UNAVAILABLE if the database can't answer, or too many such queries wait
   */
  readLong<Result>(query: (client: Transaction) => Promise<Result>): Promise<Result> {
    return this.#longReads.run(() => this.#connections.use(() => query(this.#connections.openAside())));
  }

  /**
   * Runs the work in one transaction: one at a time with SQLite, several with PostgreSQL. The work must use only the client that it
   * is given. It runs again after a conflict with another transaction, so its effects outside the transaction must be repeatable.
   *
   * @throws LatchkeyError AUTH_UNAVAILABLE if the database can't answer; `isCommitUnknown` tells whether the
   *   work may have been committed nevertheless
   */
  transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    return this.#writers.run(() => this.#connections.use(() => again(() => this.#commit(work))));
  }

  /**
   * Runs inserts that do not depend on each other, in a transaction of either kind.
   *
   * @throws DatabaseUnusable if the database has swallowed a row
   */
  async insertIn(transaction: AnyTransaction, ...inserts: readonly Insert[]): Promise<void> {
    if (transaction instanceof HotTransaction) return transaction.insertTogether(inserts);
    for (const each of inserts) assertKept(each, (await this.runIn(transaction, each)).length);
  }

  /** Calls `act` once the transaction is committed, and never if it is not. */
  whenCommitted(transaction: AnyTransaction, act: () => void): void {
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
  reopen(): Promise<void> {
    return this.#connections.reopen();
  }

  close(): Promise<void> {
    return this.#connections.close();
  }

  async #run<Row>(wanted: Statement<Row>, isLazy = false): Promise<Row[]> {
    const driver = await this.#connections.direct();
    return fromDriver(wanted, await driver.queryRaw({ ...toDriver(wanted, this.dialect), isLazy }));
  }

  /** A shared database may hang. */
  #inTime<Result>(answer: Promise<Result>): Promise<Result> {
    if (!this.isShared) return answer;
    const late = () => LatchkeyError.unavailable(new Error('a read took too long'));
    return within(READ_WITHIN_MS, late, () => answer);
  }

  async #commit<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    const { result, transaction } = await commitWithPrisma(this.#connections.prisma, work);
    this.#noteCommit(transaction);
    return result;
  }

  async #commitHot<Result>(work: (transaction: HotTransaction) => Promise<Result>): Promise<Result> {
    const { result, transaction } = await commitHot(await this.#connections.direct(), work);
    this.#noteCommit(transaction);
    return result;
  }

  #noteCommit(transaction: AnyTransaction): void {
    this.engine.noteAnswer(true);
    for (const act of this.#committed.get(transaction) ?? []) act();
  }
}
