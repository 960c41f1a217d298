/** Runs hot statements on the connections to the SQLite file. A transaction runs in one turn of the event loop. */
import type { DirectDriver, DirectQuery, DirectTransaction } from './direct-driver.js';
import type { StatementResult } from './sqlite-connection.js';
import { nextSlice, type SqliteFile, SqliteTransaction } from './sqlite-file.js';
import type { Answer } from './statement.js';

export class SqliteDirect implements DirectDriver {
  readonly dialect = 'sqlite';

  constructor(private readonly file: SqliteFile) {}

  async queryRaw(query: DirectQuery): Promise<Answer> {
    if (query.isLazy === true) return this.#writeLazily(query);
    const reader = this.file.openReader();
    await nextSlice();
    reader.assertInPlace();
    return answerOf(reader.run(query.sql, query.args));
  }

  async executeRaw(query: DirectQuery): Promise<number> {
    return (await this.queryRaw(query)).rows.length;
  }

  async startTransaction(): Promise<DirectTransaction> {
    await nextSlice();
    return new SqliteTurn(await SqliteTransaction.begin(this.file));
  }

  /** On the connection that writes: a third connection would have to wait for the lock of an open transaction. */
  async #writeLazily({ sql, args }: DirectQuery): Promise<Answer> {
    await nextSlice();
    return answerOf(await this.file.writeWithoutSync(sql, args));
  }
}

class SqliteTurn implements DirectTransaction {
  constructor(private readonly transaction: SqliteTransaction) {}

  async queryRaw({ sql, args }: DirectQuery): Promise<Answer> {
    return answerOf(this.transaction.openConnection().run(sql, args));
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

function answerOf({ columns, rows }: StatementResult): Answer {
  return { columnNames: columns, rows };
}
