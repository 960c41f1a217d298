/** Migrates a database to the schema that this version of the code expects. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OperatorFault } from '../lib/operator-fault.js';
import type { Database } from './database.js';
import { isPostgresql } from './engines.js';

const PRISMA_FOLDER = fileURLToPath(new URL('../../prisma/', import.meta.url));
const KEPT_BY_PRISMA = '_prisma_migrations';

/** The database belongs to a newer version of Latchkey, or to another program. */
export class ForeignDatabase extends OperatorFault {
  override readonly name = 'ForeignDatabase';

  static withMigrations(unknown: readonly string[]): ForeignDatabase {
    return new ForeignDatabase(`The database has migrations this version does not know (${unknown.join(', ')}).`, {
      advice:
        'Run the version of Latchkey that made them, or restore a backup. If another program made them, give Latchkey an empty database.',
    });
  }

  static withTables(tables: readonly string[]): ForeignDatabase {
    return new ForeignDatabase(
      `The database in DATABASE_URL belongs to something else: it has the tables ${tables.slice(0, 5).join(', ')}.`,
      { advice: 'Give Latchkey an empty one.' },
    );
  }
}

/** The paths of the model and the migrations for a database. */
function filesOf(url: string) {
  const name = isPostgresql(url) ? 'postgresql' : 'sqlite';
  return {
    datamodel: join(PRISMA_FOLDER, name === 'sqlite' ? 'schema.prisma' : `${name}.prisma`),
    migrations: join(PRISMA_FOLDER, 'migrations', name),
  };
}

/** Makes the adapter through which the migration engine connects. */
export async function factoryFor(url: string) {
  if (isPostgresql(url)) return (await import('./postgresql-adapter.js')).PostgresqlFactory.forMigrations(url);
  const { DurableSqliteFactory } = await import('./sqlite-adapter.js');
  return new DurableSqliteFactory(url, { mayCreate: true, isPatient: () => true });
}

/** The migrations of this version, in order. */
async function knownMigrations(url: string): Promise<string[]> {
  const entries = await readdir(filesOf(url).migrations, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** The migrations of this version that are not applied yet. */
export async function pendingMigrations(database: Database, url: string): Promise<string[]> {
  const known = await knownMigrations(url);
  const applied = await appliedMigrations(database);
  const foreign = applied.filter((name) => !known.includes(name));
  if (foreign.length > 0) throw ForeignDatabase.withMigrations(foreign);
  return known.filter((name) => !applied.includes(name));
}

async function appliedMigrations(database: Database): Promise<string[]> {
  const tables = await database.listTables();
  if (!tables.includes(KEPT_BY_PRISMA)) {
    if (tables.length > 0) throw ForeignDatabase.withTables(tables);
    return [];
  }
  const rows = await database.read(
    (client) => client.$queryRaw<{ migration_name: string }[]>`SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL`,
  );
  return rows.map((row) => row.migration_name);
}

/**
 * Applies the pending migrations in this process, without downloading anything. It loads the migration engine only when called.
 *
 * @returns the names of the applied migrations
 */
export async function migrate(url: string): Promise<string[]> {
  const { withSchemaEngine } = await import('./schema-engine.js');
  const files = filesOf(url);
  const known = await knownMigrations(url);
  const migrationDirectories = await Promise.all(
    known.map(async (name) => {
      const value = await readFile(join(files.migrations, name, 'migration.sql'), 'utf8');
      return { path: name, migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value } } };
    }),
  );
  const lockfile = { path: 'migration_lock.toml', content: await readFile(join(files.migrations, 'migration_lock.toml'), 'utf8') };
  const migrationsList = { baseDir: files.migrations, lockfile, shadowDbInitScript: '', migrationDirectories };
  const { appliedMigrationNames } = await withSchemaEngine(await factoryFor(url), await readFile(files.datamodel, 'utf8'), (engine) =>
    engine.applyMigrations({ migrationsList, filters: { externalTables: [], externalEnums: [] } }),
  );
  return appliedMigrationNames;
}

/**
 * The SQL that would bring the database to the model.
 *
 * @returns null if they agree
 */
export async function differenceToModel(url: string): Promise<string | null> {
  const { withSchemaEngine } = await import('./schema-engine.js');
  const content = await readFile(filesOf(url).datamodel, 'utf8');
  const schema = { files: [{ path: 'schema.prisma', content }], configDir: PRISMA_FOLDER };
  const { stdout } = await withSchemaEngine(await factoryFor(url), content, (engine) =>
    engine.diff({
      from: { tag: 'schemaDatasource', ...schema },
      to: { tag: 'schemaDatamodel', ...schema },
      script: true,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
    }),
  );
  if (stdout?.includes('This is an empty migration') !== false) return null;
  // Without COLLATE "C" the sort order of texts, and so of cursors, would depend on the locale of the database.
  return isPostgresql(url) ? stdout.replace(/^((?:ALTER TABLE "\w+" |\s*)(?:ADD COLUMN +)?"\w+" TEXT)/gm, '$1 COLLATE "C"') : stdout;
}
