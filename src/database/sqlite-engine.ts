/** SQLite: one file, one process that owns it, one writer at a time. */
import type { Engine, Transaction } from './engine.js';
import { PrismaClient } from './generated/client.js';
import { DurableSqliteFactory } from './sqlite-adapter.js';

export class SqliteEngine implements Engine {
  readonly isShared = false;
  readonly transactionsAtOnce = 1;
  readonly isReopenedAfterFailure = true;
  #answers = true;

  static at(url: string): SqliteEngine {
    return new SqliteEngine(url);
  }

  private constructor(private readonly url: string) {}

  /** A file that was there once is not made anew. While the database does not answer, those who wait for it fail one after another at once. */
  connect(isFirst: boolean): PrismaClient {
    const adapter = new DurableSqliteFactory(this.url, { mayCreate: isFirst, isPatient: () => this.#answers });
    return new PrismaClient({ adapter, errorFormat: 'minimal' });
  }

  /** The connection itself has looked. */
  async assertFit(): Promise<void> {}

  /** There and back again: SQLite skips an update that changes nothing, and then a full disk would not be seen. */
  async assertWritable(transaction: Transaction): Promise<void> {
    await transaction.$executeRaw`UPDATE "RevocationState" SET "version" = "version" + 1`;
    await transaction.$executeRaw`UPDATE "RevocationState" SET "version" = "version" - 1`;
  }

  async listTables(client: Transaction): Promise<string[]> {
    const rows = await client.$queryRaw<{ name: string }[]>`
      SELECT "name" FROM "sqlite_master" WHERE "type" = 'table' AND "name" NOT LIKE 'sqlite%'`;
    return rows.map(({ name }) => name);
  }

  async describeServer(): Promise<null> {
    return null;
  }

  async findDamage(client: Transaction): Promise<string | null> {
    const rows = await client.$queryRaw<{ quick_check: string }[]>`PRAGMA quick_check`;
    return rows.map((row) => Object.values(row)[0]).find((line) => line !== 'ok') ?? null;
  }

  /** There is no other transaction. */
  async lockTable(): Promise<void> {}

  noteAnswer(hasAnswered: boolean): void {
    this.#answers = hasAnswered;
  }

  /** Moves what is in the log of SQLite into the file: a copy of the file alone is then a whole backup. */
  async beforeClose(client: Transaction): Promise<void> {
    await client.$queryRaw`PRAGMA wal_checkpoint(TRUNCATE)`.catch(() => undefined);
  }
}
