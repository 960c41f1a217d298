/** Opens the database with every migration applied. */
import type { Config } from '../config/config.js';
import { OperatorFault } from '../lib/operator-fault.js';
import { Database } from './database.js';
import { migrate, pendingMigrations } from './migrations.js';
import { setupFault } from './setup-faults.js';

/**
 * The migration engine needs exclusive use of a SQLite file, so the client is closed before it and opened again after it.
 *
 * @throws DatabaseUnusable if the database can't be read or migrated
 * @throws WrongDatabase, ForeignDatabase
 */
export async function openMigrated({ databaseUrl, databasePoolSize }: Config): Promise<Database> {
  const database = await told(() => Database.open(databaseUrl, databasePoolSize));
  try {
    if ((await told(() => pendingMigrations(database, databaseUrl))).length === 0) return database;
  } catch (error) {
    await database.close();
    throw error;
  }
  await database.close();
  await told(() => migrate(databaseUrl));
  return told(() => Database.open(databaseUrl, databasePoolSize));
}

async function told<Result>(step: () => Promise<Result>): Promise<Result> {
  try {
    return await step();
  } catch (error) {
    throw error instanceof OperatorFault ? error : setupFault(error);
  }
}
