/** Opens the database, and is the one gate through which everything reads and writes it. */
import { LatchkeyError } from '../errors.js';
import { createQueue } from '../queue.js';
import { CommitUnknown, isUnavailable } from './failures.js';
import { type Prisma, PrismaClient } from './generated/client.js';
import { DurableSqliteFactory } from './sqlite-adapter.js';

export type Transaction = Prisma.TransactionClient;

const TRANSACTION_TIMEOUT_MS = 10_000;
const WAITING_TRANSACTIONS = 1_000;
/** Rows per transaction when many are removed, so that a login does not wait long behind it. */
const BATCH = 500;

export class Database {
  /** Reads and transactions since start, for `/metrics` and for the proof that the revocation check needs none. */
  operations = 0;
  #client: PrismaClient;
  #suspect = false;
  #answers = true;
  #active = 0;
  #drained: (() => void) | undefined;
  #reopening: Promise<void> | undefined;
  #pinging: Promise<void> | undefined;
  readonly #writers = createQueue(1, WAITING_TRANSACTIONS, () => LatchkeyError.unavailable(new Error('too many transactions wait')));

  private constructor(private readonly url: string) {
    this.#client = this.#createClient(true);
  }

  /** @throws LatchkeyError AUTH_UNAVAILABLE if the file can't be opened */
  static async open(url: string): Promise<Database> {
    const database = new Database(url);
    await database.read((client) => client.$queryRaw`SELECT 1`);
    return database;
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
   * Runs the work in one transaction, one at a time. Inside, only the handed client may be used.
   *
   * @throws LatchkeyError AUTH_UNAVAILABLE if the database can't answer; `isCommitUnknown` tells whether the
   *   work may have been committed all the same
   */
  transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    return this.#writers.run(() => this.#use(() => this.#commit(work)));
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
    this.#pinging ??= this.transaction(writeInVain).finally(() => {
      this.#pinging = undefined;
    });
    return this.#pinging;
  }

  /** Lets go of the connections and takes new ones, once what runs has ended. */
  reopen(): Promise<void> {
    this.#suspect = true;
    this.#reopening ??= this.#replaceClient().finally(() => {
      this.#reopening = undefined;
    });
    return this.#reopening;
  }

  /** Moves what is in the log of SQLite into the file first: a copy of the file alone is then a whole backup. */
  async close(): Promise<void> {
    await this.#client.$queryRaw`PRAGMA wal_checkpoint(TRUNCATE)`.catch(() => undefined);
    await this.#client.$disconnect();
  }

  async #commit<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    let finished = false;
    try {
      const committed = await this.#client.$transaction(
        async (transaction) => {
          const result = await work(transaction);
          finished = true;
          return result;
        },
        { maxWait: TRANSACTION_TIMEOUT_MS, timeout: TRANSACTION_TIMEOUT_MS },
      );
      this.#answers = true;
      return committed;
    } catch (error) {
      throw finished ? new CommitUnknown(error) : error;
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
    this.#suspect = true;
    this.#answers = false;
    return LatchkeyError.unavailable(error);
  }

  async #replaceClient(): Promise<void> {
    if (this.#active > 0)
      await new Promise<void>((resolve) => {
        this.#drained = resolve;
      });
    this.#drained = undefined;
    const old = this.#client;
    this.#client = this.#createClient(false);
    this.#suspect = false;
    await old.$disconnect().catch(() => undefined);
  }

  /** A file that was there once is not made anew. While the database does not answer, those who wait for it fail one after another at once. */
  #createClient(mayCreate: boolean): PrismaClient {
    const adapter = new DurableSqliteFactory(this.url, { mayCreate, isPatient: () => this.#answers });
    return new PrismaClient({ adapter, errorFormat: 'minimal' });
  }
}

/** There and back again: SQLite skips an update that changes nothing, and then a full disk would not be seen. */
async function writeInVain(transaction: Transaction): Promise<void> {
  await transaction.$executeRaw`UPDATE "RevocationState" SET "version" = "version" + 1`;
  await transaction.$executeRaw`UPDATE "RevocationState" SET "version" = "version" - 1`;
}
