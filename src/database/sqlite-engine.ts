/** The engine for SQLite: one file, one process that owns it, one writer at a time. */
import type { Connected, Engine, Transaction } from './engine.js';
import { PrismaClient } from './generated/client.js';
import { LONG_READ } from './long-read.js';
import { DurableSqliteFactory } from './sqlite-adapter.js';

export class SqliteEngine implements Engine {
  readonly dialect = 'sqlite';
  readonly isShared = false;
  readonly transactionsAtOnce = 1;
  readonly isReopenedAfterFailure = true;
  #answers = true;

  static at(url: string): SqliteEngine {
    return new SqliteEngine(url);
  }

  private constructor(private readonly url: string) {}

  /** Creates a missing file only at the first connect. While the database does not answer, transactions fail at once instead of waiting. */
  connect(isFirst: boolean): Connected {
    const adapter = new DurableSqliteFactory(this.url, { mayCreate: isFirst, isPatient: () => this.#answers });
    return { prisma: new PrismaClient({ adapter, errorFormat: 'minimal' }), direct: () => adapter.connectDirectly() };
  }

  /** Nothing to do: `SqliteConnection` has checked its settings when it opened. */
  async assertFit(): Promise<void> {}

  /** Changes a value and changes it back: SQLite skips an update that changes nothing, so it would not notice a full disk. */
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
    const rows = await client.$queryRaw<{ quick_check: string }[]>`${LONG_READ} PRAGMA quick_check`;
    return rows.map((row) => Object.values(row)[0]).find((line) => line !== 'ok') ?? null;
  }

  /** Nothing to lock: only one transaction runs at a time. */
  async lockTable(): Promise<void> {}

  noteAnswer(hasAnswered: boolean): void {
    this.#answers = hasAnswered;
  }

  /** Moves the content of the write-ahead log into the file, so that a copy of the file alone is a complete backup. */
  async beforeClose(client: Transaction): Promise<void> {
    await client.$queryRaw`PRAGMA wal_checkpoint(TRUNCATE)`.catch(() => undefined);
  }
}
