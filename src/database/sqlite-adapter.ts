/**
 * Runs Prisma's adapter for libsql on our own connections: one that reads and one that writes.
 * The client that comes with it opens a connection for every transaction and leaves it to the garbage collector: after a few
 * thousand logouts a process had thousands of open files.
 */
import { setTimeout } from 'node:timers/promises';
import { PrismaLibSql } from '@prisma/adapter-libsql';
import { createSlices } from '../lib/queue.js';
import { DatabaseUnusable } from './failures.js';
import { LONG_READ_TEXT } from './long-read.js';
import { readAside } from './sqlite-aside.js';
import { SqliteConnection, type StatementResult } from './sqlite-connection.js';

type LibsqlClient = ReturnType<PrismaLibSql['createClient']>;
type Statement = { sql: string; args: readonly unknown[] };

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
const nextSlice = createSlices(STATEMENTS_PER_TURN);

export class DurableSqliteFactory extends PrismaLibSql {
  readonly #path: string;

  /** @param url `file:` and a path, which is not decoded */
  constructor(
    url: string,
    private readonly opening: Opening,
  ) {
    super({ url });
    this.#path = url.slice('file:'.length);
  }

  /** The adapter calls only these four methods. */
  override createClient(): LibsqlClient {
    return new SqliteClient(this.#path, this.opening) as Pick<
      SqliteClient,
      'execute' | 'executeMultiple' | 'transaction' | 'close'
    > as unknown as LibsqlClient;
  }
}

class SqliteClient {
  #reader: SqliteConnection | undefined;
  #writer: SqliteConnection | undefined;
  #mayCreate: boolean;

  constructor(
    private readonly path: string,
    private readonly opening: Opening,
  ) {
    this.#mayCreate = opening.mayCreate;
  }

  async execute({ sql, args }: Statement): Promise<StatementResult> {
    if (sql.startsWith(LONG_READ_TEXT)) return readAside(this.path, { sql, args });
    // Open before the pause, so that a database that is closed during it is not opened again.
    const reader = this.#openReader();
    await nextSlice();
    return this.#inPlace(reader).run(sql, args);
  }

  /** Runs the scripts of migrations. */
  async executeMultiple(script: string): Promise<void> {
    this.#openReader().runAll(script);
  }

  /** Takes the write lock at once, so that a lock of another process is noticed before any statement has run. */
  async transaction(): Promise<SqliteTransaction> {
    this.#writer ??= this.#open();
    try {
      await this.#begin(this.#inPlace(this.#writer));
    } catch (error) {
      this.#dropWriter();
      throw error;
    }
    return new SqliteTransaction(this.#writer, () => this.#dropWriter());
  }

  /** Waits without SQLite's busy time-out, which would block the event loop: the server could answer no request meanwhile. */
  async #begin(writer: SqliteConnection): Promise<void> {
    for (let tries = 1; !writer.tryBegin(); tries += 1) {
      if (tries === LOCK_TRIES || !this.opening.isPatient()) throw new DatabaseUnusable('Another process has locked the database');
      await setTimeout(LOCK_PAUSE_MS);
    }
  }

  close(): void {
    this.#dropWriter();
    this.#reader?.close();
    this.#reader = undefined;
  }

  #openReader(): SqliteConnection {
    this.#reader ??= this.#open();
    return this.#reader;
  }

  #open(): SqliteConnection {
    const connection = SqliteConnection.open(this.path, this.#mayCreate);
    this.#mayCreate = false;
    return connection;
  }

  #inPlace(connection: SqliteConnection): SqliteConnection {
    connection.assertInPlace();
    return connection;
  }

  #dropWriter(): void {
    const writer = this.#writer;
    this.#writer = undefined;
    writer?.close();
  }
}

/** One transaction on the writing connection. Once it has ended, it rejects every further statement. */
class SqliteTransaction {
  #ended = false;

  constructor(
    private readonly connection: SqliteConnection,
    private readonly drop: () => void,
  ) {}

  async execute({ sql, args }: Statement): Promise<StatementResult> {
    await nextSlice();
    this.#assertOpen();
    return this.connection.run(sql, args);
  }

  async commit(): Promise<void> {
    this.#end('COMMIT');
  }

  async rollback(): Promise<void> {
    this.#end('ROLLBACK');
  }

  /** A failed COMMIT or ROLLBACK may leave the connection inside the transaction with its lock, so the connection is not used again. */
  #end(statement: 'COMMIT' | 'ROLLBACK'): void {
    try {
      this.#assertOpen();
      this.#ended = true;
      this.connection.runAll(statement);
    } catch (error) {
      this.drop();
      throw error;
    }
  }

  /** After some failures (a full disk) SQLite rolls back by itself; each later statement would then commit on its own. */
  #assertOpen(): void {
    if (this.#ended || !this.connection.isInTransaction) throw new DatabaseUnusable('The transaction has ended');
  }
}
