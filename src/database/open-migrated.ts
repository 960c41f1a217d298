/** Opens the database with every migration applied. */
import type { Config } from '../config/config.js';
import { Database } from './database.js';
import { migrate, pendingMigrations } from './migrations.js';

/** The engine that migrates needs a SQLite file for itself, so the client is opened again after it. */
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
