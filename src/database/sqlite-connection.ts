/** One connection to the SQLite file: durable, or not opened at all. */
import { existsSync, statSync } from 'node:fs';
import Sqlite from 'libsql';
import { DatabaseUnusable } from './failures.js';

/** What a statement answered, as the adapter of Prisma reads it. */
export interface StatementResult {
  readonly columns: readonly string[];
  /** The types in which the columns were declared; empty for an expression. */
  readonly columnTypes: readonly string[];
  readonly rows: readonly unknown[][];
  readonly rowsAffected: number;
}

/** Else a commit that was answered could be lost. */
const DURABLE = { synchronous: 2, journal_mode: 'wal', foreign_keys: 1 } as const;

/**
 * Statements kept per connection: the driver frees one only when the garbage collector finds it. The server has
 * about fifty, and some more for lists of ids of every length; beyond the limit all are made anew.
 */
const KEPT_STATEMENTS = 200;

interface PreparedStatement extends Pick<StatementResult, 'columns' | 'columnTypes'> {
  readonly statement: ReturnType<InstanceType<typeof Sqlite>['prepare']>;
}

export class SqliteConnection {
  readonly #sqlite: InstanceType<typeof Sqlite>;
  readonly #file: string;
  readonly #statements = new Map<string, PreparedStatement>();

  /**
   * @param mayCreate whether a missing file is made; a file that was there once must not be replaced by an empty one
   * @throws DatabaseUnusable, SqliteError
   */
  static open(path: string, mayCreate: boolean): SqliteConnection {
    return new SqliteConnection(path, mayCreate);
  }

  private constructor(
    private readonly path: string,
    mayCreate: boolean,
  ) {
    if (!mayCreate && !existsSync(path)) throw new DatabaseUnusable(`The database file ${path} is gone`);
    this.#sqlite = open(path);
    try {
      this.#assertDurable();
      this.#file = identityOf(path);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  get isInTransaction(): boolean {
    return this.#sqlite.inTransaction;
  }

  /** @throws DatabaseUnusable if the file at the path is not the one that was opened: what is written would be lost */
  assertInPlace(): void {
    if (identityOf(this.path) !== this.#file) throw new DatabaseUnusable(`The database file ${this.path} is not the one that was opened`);
  }

  /** Runs one statement. */
  run(sql: string, args: readonly unknown[]): StatementResult {
    const { statement, columns, columnTypes } = this.#prepare(sql);
    const values = args.map((value) => (typeof value === 'boolean' ? BigInt(value) : value));
    if (columns.length === 0) return { columns, columnTypes, rows: [], rowsAffected: statement.run(values).changes };
    return { columns, columnTypes, rows: statement.all(values) as unknown[][], rowsAffected: 0 };
  }

  /**
   * Begins a transaction that writes.
   *
   * @returns false if another process has the lock
   */
  tryBegin(): boolean {
    try {
      this.#sqlite.exec('BEGIN IMMEDIATE');
      return true;
    } catch (error) {
      if (error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY')) return false;
      throw error;
    }
  }

  /** Runs statements whose answers do not matter. */
  runAll(sql: string): void {
    this.#sqlite.exec(sql);
  }

  /** Undoes what is not committed: a closed connection that still has a transaction would keep its lock. */
  close(): void {
    try {
      if (this.isInTransaction) this.#sqlite.exec('ROLLBACK');
    } finally {
      // The driver lets go of the file once the garbage collector has found the last statement; Prisma remembers ended transactions.
      this.#statements.clear();
      this.#sqlite.close();
    }
  }

  #prepare(sql: string): PreparedStatement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#sqlite.prepare(sql).safeIntegers(true);
    const columns = statement.reader ? statement.raw(true).columns() : [];
    const prepared = { statement, columns: columns.map(({ name }) => name), columnTypes: columns.map(({ type }) => type ?? '') };
    if (this.#statements.size >= KEPT_STATEMENTS) this.#statements.clear();
    this.#statements.set(sql, prepared);
    return prepared;
  }

  #assertDurable(): void {
    // The journal mode is a property of the file; where it is set already this writes nothing.
    this.#sqlite.exec('PRAGMA journal_mode = WAL');
    for (const [pragma, expected] of Object.entries(DURABLE)) {
      const [[found] = []] = this.#sqlite.prepare(`PRAGMA ${pragma}`).raw(true).all([]) as unknown[][];
      if (found !== expected) throw new DatabaseUnusable(`SQLite runs with ${pragma}=${String(found)}, expected ${expected}`);
    }
  }
}

function identityOf(path: string): string {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? 'gone' : `${stats.dev}:${stats.ino}`;
}

function open(path: string): InstanceType<typeof Sqlite> {
  try {
    return new Sqlite(path);
  } catch (cause) {
    // The driver throws a bare Error, which nobody could tell from a mistake of ours.
    throw new DatabaseUnusable(`The database file ${path} cannot be opened`, { cause });
  }
}
