/** Opens the database with every migration applied. */
import type { Config } from '../config/config.js';
import { Database } from './database.js';
import { migrate, pendingMigrations } from './migrations.js';

/** The migration engine needs exclusive use of a SQLite file, so the client is closed before it and opened again after it. */
export async function openMigrated({ databaseUrl, databasePoolSize }: Config): Promise<Database> {
  const database = await Database.open(databaseUrl, databasePoolSize);
  try {
    if ((await pendingMigrations(database, databaseUrl)).length === 0) return database;
  } catch (error) {
    await database.close();
    throw error;
  }
  await database.close();
  await migrate(databaseUrl);
  return Database.open(databaseUrl, databasePoolSize);
}
