/** The two connections to the SQLite file, one that reads and one that writes. Prisma and the hot statements share them. */
import { setTimeout } from 'node:timers/promises';
import { createSlices } from '../lib/queue.js';
import { DatabaseUnusable } from './failures.js';
import { SqliteConnection } from './sqlite-connection.js';

/** How the driver opens the database. */
export interface Opening {
  /** Whether a missing file may be created. */
  readonly mayCreate: boolean;
  /** Whether a transaction waits for a lock that another process holds, or fails at once. */
  readonly isPatient: () => boolean;
}

const LOCK_TRIES = 25;
const LOCK_PAUSE_MS = 10;

/**
 * SQLite answers synchronously: without a limit, ten concurrent logins would block every other request until all their statements
 * are done. A lower limit would make each transaction wait more often for its next turn of the event loop.
 */
const STATEMENTS_PER_TURN = 8;
export const nextSlice = createSlices(STATEMENTS_PER_TURN);

export class SqliteFile {
  #reader: SqliteConnection | undefined;
  #writer: SqliteConnection | undefined;
  #mayCreate: boolean;

  /** Opens nothing yet. */
  static at(path: string, opening: Opening): SqliteFile {
    return new SqliteFile(path, opening);
  }

  private constructor(
    readonly path: string,
    private readonly opening: Opening,
  ) {
    this.#mayCreate = opening.mayCreate;
  }

  /** The connection that reads. Open it before a pause, so that a database that is closed during the pause is not opened again. */
  openReader(): SqliteConnection {
    this.#reader ??= this.#open();
    return this.#reader;
  }

  /**
   * Begins a transaction on the connection that writes. It takes the write lock at once, so that a lock of another process is noticed before
   * any statement has run. It waits without SQLite's busy time-out, which would block the event loop: no request would be answered meanwhile.
   */
  begin(): Promise<SqliteConnection> {
    return this.#whenUnlocked((writer) => {
      writer.runAll('BEGIN IMMEDIATE');
      return writer;
    });
  }

  /**
   * Runs one statement whose commit does not wait for the disk, between two transactions. A third connection would have to wait for the lock of
   * an open transaction, and would block the event loop meanwhile.
   */
  writeLazily<Result>(run: (writer: SqliteConnection) => Result): Promise<Result> {
    return this.#whenUnlocked((writer) => writer.withoutSync(() => run(writer)));
  }

  async #whenUnlocked<Result>(work: (writer: SqliteConnection) => Result): Promise<Result> {
    try {
      const writer = this.#openWriter();
      for (let tries = 1; ; tries += 1) {
        const result = writer.unlessLocked(() => work(writer));
        if (result !== null) return result;
        if (tries === LOCK_TRIES || !this.opening.isPatient()) throw new DatabaseUnusable('Another process has locked the database');
        await setTimeout(LOCK_PAUSE_MS);
      }
    } catch (error) {
      this.dropWriter();
      throw error;
    }
  }

  /** A failed COMMIT or ROLLBACK may leave the connection inside the transaction with its lock, so the connection is not used again. */
  dropWriter(): void {
    const writer = this.#writer;
    this.#writer = undefined;
    writer?.close();
  }

  close(): void {
    this.dropWriter();
    this.#reader?.close();
    this.#reader = undefined;
  }

  /** The connection that writes. Only one transaction may use it at a time. @throws DatabaseUnusable if the file was replaced */
  #openWriter(): SqliteConnection {
    this.#writer ??= this.#open();
    this.#writer.assertInPlace();
    return this.#writer;
  }

  #open(): SqliteConnection {
    const connection = SqliteConnection.open(this.path, this.#mayCreate);
    this.#mayCreate = false;
    return connection;
  }
}

/** One transaction on the writing connection. Once it has ended, it rejects every further statement. */
export class SqliteTransaction {
  #ended = false;

  static async begin(file: SqliteFile): Promise<SqliteTransaction> {
    return new SqliteTransaction(await file.begin(), file);
  }

  private constructor(
    private readonly connection: SqliteConnection,
    private readonly file: SqliteFile,
  ) {}

  /** After some failures (a full disk) SQLite rolls back by itself; each later statement would then commit on its own. */
  openConnection(): SqliteConnection {
    if (this.#ended || !this.connection.isInTransaction) throw new DatabaseUnusable('The transaction has ended');
    return this.connection;
  }

  end(statement: 'COMMIT' | 'ROLLBACK'): void {
    try {
      const connection = this.openConnection();
      this.#ended = true;
      connection.runAll(statement);
    } catch (error) {
      this.file.dropWriter();
      throw error;
    }
  }
}
