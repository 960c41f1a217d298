/** Runs hot statements on the connections to the SQLite file. A transaction runs in one turn of the event loop. */
import type { DirectDriver, DirectQuery, DirectTransaction } from './direct-driver.js';
import type { SqliteConnection } from './sqlite-connection.js';
import { nextSlice, type SqliteFile, SqliteTransaction } from './sqlite-file.js';
import type { Answer } from './statement.js';

export class SqliteDirect implements DirectDriver {
  readonly dialect = 'sqlite';

  static on(file: SqliteFile): SqliteDirect {
    return new SqliteDirect(file);
  }

  private constructor(private readonly file: SqliteFile) {}

  async queryRaw(query: DirectQuery): Promise<Answer> {
    if (query.isLazy === true) return this.#writeLazily(query);
    const reader = this.file.openReader();
    await nextSlice();
    reader.assertInPlace();
    return answerOf(reader, query);
  }

  async executeRaw(query: DirectQuery): Promise<number> {
    return (await this.queryRaw(query)).rows.length;
  }

  async startTransaction(): Promise<DirectTransaction> {
    await nextSlice();
    return new SqliteTurn(await SqliteTransaction.begin(this.file));
  }

  async #writeLazily(query: DirectQuery): Promise<Answer> {
    await nextSlice();
    return this.file.writeLazily((writer) => answerOf(writer, query));
  }
}

class SqliteTurn implements DirectTransaction {
  constructor(private readonly transaction: SqliteTransaction) {}

  async queryRaw(query: DirectQuery): Promise<Answer> {
    return answerOf(this.transaction.openConnection(), query);
  }

  async executeRaw({ sql, args }: DirectQuery): Promise<number> {
    return this.transaction.openConnection().run(sql, args).rowsAffected;
  }

  async commit(): Promise<void> {
    this.transaction.end('COMMIT');
  }

  async rollback(): Promise<void> {
    this.transaction.end('ROLLBACK');
  }
}

function answerOf(connection: SqliteConnection, { sql, args }: DirectQuery): Answer {
  const { columns, rows } = connection.run(sql, args);
  return { columnNames: columns, rows };
}
