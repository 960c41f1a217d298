/** Brings a database to this version, and opens it. */
import type { Config } from '../config/config.js';
import { OperatorFault } from '../lib/operator-fault.js';
import { Database } from './database.js';
import { migrate, pendingMigrations } from './migrations.js';
import { setupFault } from './setup-faults.js';

type Location = Pick<Config, 'databaseUrl' | 'databasePoolSize'>;

/** A node of an older version is on record. It would go on without the rules that the migration brings, such as which sessions have ended. */
export class NodesRunning extends OperatorFault {
  override readonly name = 'NodesRunning';

  static withIds(ids: readonly string[]): NodesRunning {
    return new NodesRunning(`The database must be migrated, but nodes of an older version are on record: ${ids.join(', ')}.`, {
      advice: 'Stop every node first. If a node has crashed and none runs any more, run `latchkey migrate --no-node-runs`.',
    });
  }
}

/**
 * @throws NodesRunning if the database must be migrated and a node of an older version is on record
 * @throws DatabaseUnusable if the database can't be read or migrated
 * @throws WrongDatabase, ForeignDatabase
 */
export async function openMigrated(location: Location): Promise<Database> {
  const current = await openUnlessPending(location, false);
  if (current !== null) return current;
  await told(() => migrate(location.databaseUrl));
  return told(() => Database.open(location.databaseUrl, location.databasePoolSize));
}

/**
 * Applies the pending migrations.
 *
 * @param noNodeRuns the operator knows that no node runs; nodes that are on record are forgotten
 * @returns the names of the applied migrations
 * @throws as `openMigrated` does
 */
export async function migrateDatabase(location: Location, noNodeRuns: boolean): Promise<string[]> {
  const current = await openUnlessPending(location, noNodeRuns);
  if (current === null) return told(() => migrate(location.databaseUrl));
  await current.close();
  return [];
}

/**
 * The migration engine needs exclusive use of a SQLite file, so no connection stays open before a migration.
 *
 * @returns null if migrations are pending and may be applied
 */
async function openUnlessPending({ databaseUrl, databasePoolSize }: Location, noNodeRuns: boolean): Promise<Database | null> {
  const database = await told(() => Database.open(databaseUrl, databasePoolSize));
  try {
    if ((await told(() => pendingMigrations(database, databaseUrl))).length === 0) return database;
    if (noNodeRuns) await forgetNodes(database);
    else await assertNoNode(database);
  } catch (error) {
    await database.close();
    throw error;
  }
  await database.close();
  return null;
}

/** Every node that is on record before a migration is of an older version. A node that stops cleanly removes its record. */
async function assertNoNode(database: Database): Promise<void> {
  const where = await nodesOnRecord(database);
  if (where === null) return;
  const nodes = await database.read((client) => client.node.findMany({ where, select: { id: true } }));
  if (nodes.length > 0) throw NodesRunning.withIds(nodes.map(({ id }) => id));
}

async function forgetNodes(database: Database): Promise<void> {
  const where = await nodesOnRecord(database);
  if (where !== null) await database.transaction((transaction) => transaction.node.deleteMany({ where }));
}

/**
 * Verifiers may stay on record: they speak to any version over HTTP, and logouts go on waiting for their leases. The oldest versions had no
 * table of nodes, and those before service credentials had no verifiers in it.
 */
async function nodesOnRecord(database: Database): Promise<{ readonly kind?: 'node' } | null> {
  const tables = await database.listTables();
  if (!tables.includes('Node')) return null;
  return tables.includes('ServiceCredential') ? { kind: 'node' } : {};
}

async function told<Result>(step: () => Promise<Result>): Promise<Result> {
  try {
    return await step();
  } catch (error) {
    throw error instanceof OperatorFault ? error : setupFault(error);
  }
}
