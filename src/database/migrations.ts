/** Brings a database to the shape that this version of the code expects. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Database } from './database.js';
import { DurableSqliteFactory } from './sqlite-adapter.js';

const PRISMA_FOLDER = fileURLToPath(new URL('../../prisma/', import.meta.url));
const MIGRATIONS_FOLDER = join(PRISMA_FOLDER, 'migrations', 'sqlite');

/** The database was written by a newer version of Latchkey, or by something else. */
export class ForeignDatabase extends Error {
  override readonly name = 'ForeignDatabase';

  constructor(unknownMigrations: readonly string[]) {
    super(
      `The database has migrations this version does not know (${unknownMigrations.join(', ')}). Run the version of Latchkey that made them, or restore a backup.`,
    );
  }
}

/** The migrations that this version brings, in order. */
async function knownMigrations(): Promise<string[]> {
  const entries = await readdir(MIGRATIONS_FOLDER, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** The migrations of this version that the database does not have yet. */
export async function pendingMigrations(database: Database): Promise<string[]> {
  const known = await knownMigrations();
  const applied = await appliedMigrations(database);
  const foreign = applied.filter((name) => !known.includes(name));
  if (foreign.length > 0) throw new ForeignDatabase(foreign);
  return known.filter((name) => !applied.includes(name));
}

async function appliedMigrations(database: Database): Promise<string[]> {
  const tables = await database.read(
    (client) => client.$queryRaw<unknown[]>`SELECT name FROM sqlite_master WHERE name = '_prisma_migrations'`,
  );
  if (tables.length === 0) return [];
  const rows = await database.read(
    (client) => client.$queryRaw<{ migration_name: string }[]>`SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL`,
  );
  return rows.map((row) => row.migration_name);
}

/**
 * Applies what is pending, in-process and offline. The engine is loaded only when there is something to do.
 *
 * @returns the names of the migrations that were applied
 */
export async function migrate(url: string): Promise<string[]> {
  const { withSchemaEngine } = await import('./schema-engine.js');
  const datamodel = await readFile(join(PRISMA_FOLDER, 'schema.prisma'), 'utf8');
  const known = await knownMigrations();
  const migrationDirectories = await Promise.all(
    known.map(async (name) => {
      const value = await readFile(join(MIGRATIONS_FOLDER, name, 'migration.sql'), 'utf8');
      return { path: name, migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value } } };
    }),
  );
  const lockfile = { path: 'migration_lock.toml', content: await readFile(join(MIGRATIONS_FOLDER, 'migration_lock.toml'), 'utf8') };
  const migrationsList = { baseDir: MIGRATIONS_FOLDER, lockfile, shadowDbInitScript: '', migrationDirectories };
  const { appliedMigrationNames } = await withSchemaEngine(
    new DurableSqliteFactory(url, { mayCreate: true, isPatient: () => true }),
    datamodel,
    (engine) => engine.applyMigrations({ migrationsList, filters: { externalTables: [], externalEnums: [] } }),
  );
  return appliedMigrationNames;
}
