/**
 * Runs Prisma's adapter for libsql on our own connections: one that reads and one that writes.
 * The client that comes with it opens a connection for every transaction and leaves it to the garbage collector: after a few
 * thousand logouts a process had thousands of open files.
 */
import { PrismaLibSql } from '@prisma/adapter-libsql';
import type { DirectDriver } from './direct-driver.js';
import { LONG_READ_TEXT } from './long-read.js';
import { readAside } from './sqlite-aside.js';
import type { StatementResult } from './sqlite-connection.js';
import { SqliteDirect } from './sqlite-direct.js';
import { nextSlice, type Opening, SqliteFile, SqliteTransaction } from './sqlite-file.js';

type LibsqlClient = ReturnType<PrismaLibSql['createClient']>;
type Statement = { sql: string; args: readonly unknown[] };

export class DurableSqliteFactory extends PrismaLibSql {
  readonly #file: SqliteFile;

  /** @param url `file:` and a path, which is not decoded */
  constructor(url: string, opening: Opening) {
    super({ url });
    this.#file = SqliteFile.at(url.slice('file:'.length), opening);
  }

  /** The adapter calls only these four methods. */
  override createClient(): LibsqlClient {
    return new SqliteClient(this.#file) as Pick<
      SqliteClient,
      'execute' | 'executeMultiple' | 'transaction' | 'close'
    > as unknown as LibsqlClient;
  }

  /** The hot statements run on the same connections, past the adapter: it lets no query through while a transaction is open. */
  async connectDirectly(): Promise<DirectDriver> {
    return SqliteDirect.on(this.#file);
  }
}

class SqliteClient {
  constructor(private readonly file: SqliteFile) {}

  async execute({ sql, args }: Statement): Promise<StatementResult> {
    if (sql.startsWith(LONG_READ_TEXT)) return readAside(this.file.path, { sql, args });
    const reader = this.file.openReader();
    await nextSlice();
    reader.assertInPlace();
    return reader.run(sql, args);
  }

  /** Runs the scripts of migrations. */
  async executeMultiple(script: string): Promise<void> {
    this.file.openReader().runAll(script);
  }

  async transaction(): Promise<PrismaTransaction> {
    return new PrismaTransaction(await SqliteTransaction.begin(this.file));
  }

  close(): void {
    this.file.close();
  }
}

class PrismaTransaction {
  constructor(private readonly transaction: SqliteTransaction) {}

  async execute({ sql, args }: Statement): Promise<StatementResult> {
    await nextSlice();
    return this.transaction.openConnection().run(sql, args);
  }

  async commit(): Promise<void> {
    this.transaction.end('COMMIT');
  }

  async rollback(): Promise<void> {
    this.transaction.end('ROLLBACK');
  }
}
