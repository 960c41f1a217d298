/** One connection to the SQLite file; it refuses to open with settings that are not durable. */
import { existsSync, statSync } from 'node:fs';
import Sqlite from 'libsql';
import { DatabaseUnusable } from './failures.js';

/** The result of a statement, in the form that Prisma's adapter reads. */
export interface StatementResult {
  readonly columns: readonly string[];
  /** The declared types of the columns; empty for an expression. */
  readonly columnTypes: readonly string[];
  readonly rows: readonly unknown[][];
  readonly rowsAffected: number;
}

/** With weaker settings an answered commit could be lost. */
const DURABLE = { synchronous: 2, journal_mode: 'wal', foreign_keys: 1 } as const;

/**
 * How many prepared statements a connection keeps, because the driver frees one only at garbage collection. The server uses about
 * fifty, plus one for each length of a list of ids. At the limit all are dropped.
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
   * @param mayCreate whether a missing file may be created; a file that existed once must not be replaced by an empty one
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

  /** @throws DatabaseUnusable if another file is now at the path: writes to the old one would be lost */
  assertInPlace(): void {
    if (identityOf(this.path) !== this.#file) throw new DatabaseUnusable(`The database file ${this.path} is not the one that was opened`);
  }

  run(sql: string, args: readonly unknown[]): StatementResult {
    const { statement, columns, columnTypes } = this.#prepare(sql);
    const values = args.map((value) => (typeof value === 'boolean' ? BigInt(value) : value));
    if (columns.length === 0) return { columns, columnTypes, rows: [], rowsAffected: statement.run(values).changes };
    return { columns, columnTypes, rows: statement.all(values) as unknown[][], rowsAffected: 0 };
  }

  /**
   * Runs work whose first statement takes the lock for writing.
   *
   * @returns null if another process has the lock
   */
  unlessLocked<Result>(work: () => Result): Result | null {
    try {
      return work();
    } catch (error) {
      if (error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY')) return null;
      throw error;
    }
  }

  /** Whether every commit of this connection waits until it is on the disk. */
  get isDurable(): boolean {
    return this.#read('synchronous') === DURABLE.synchronous;
  }

  /**
   * Runs work that commits without waiting for the disk. The commit is in the log of SQLite, so a crash of this process does not lose it; the
   * next durable commit takes it to the disk. Call it outside any transaction: within one, SQLite ignores the setting.
   */
  withoutSync<Result>(work: () => Result): Result {
    this.#sqlite.exec('PRAGMA synchronous = NORMAL');
    try {
      return work();
    } finally {
      this.#becomeDurable();
    }
  }

  #becomeDurable(): void {
    this.#sqlite.exec('PRAGMA synchronous = FULL');
    if (!this.isDurable) throw new DatabaseUnusable('SQLite does not return to synchronous=FULL');
  }

  /** Runs statements and ignores their results. */
  runAll(sql: string): void {
    this.#sqlite.exec(sql);
  }

  /** Rolls an open transaction back first: a closed connection would otherwise keep its lock. */
  close(): void {
    try {
      if (this.isInTransaction) this.#sqlite.exec('ROLLBACK');
    } finally {
      // The driver closes the file only after the last statement is collected, and Prisma keeps references to ended transactions.
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

  #read(pragma: string): unknown {
    const [[found] = []] = this.run(`PRAGMA ${pragma}`, []).rows;
    return typeof found === 'bigint' ? Number(found) : found;
  }

  #assertDurable(): void {
    // The journal mode is a property of the file; if it is already set, this writes nothing.
    this.#sqlite.exec('PRAGMA journal_mode = WAL');
    for (const [pragma, expected] of Object.entries(DURABLE)) {
      const found = this.#read(pragma);
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
    // The driver throws a plain Error, which callers could not tell from a mistake of ours.
    throw new DatabaseUnusable(`The database file ${path} cannot be opened`, { cause });
  }
}
