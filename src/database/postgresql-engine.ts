/** The engine for PostgreSQL: a server that many nodes share, each with a pool of connections. */
import { type Connected, type Engine, type LockableTable, type ServerFacts, type Transaction, WrongDatabase } from './engine.js';
import type { PrismaClient } from './generated/client.js';
import { PrismaClient as PostgresqlClient } from './generated-postgresql/client.js';
import { PostgresqlFactory } from './postgresql-adapter.js';

interface ServerRow {
  readonly version: number;
  readonly isStandby: boolean;
  readonly isReadOnly: boolean;
  readonly synchronousCommit: string;
  readonly encoding: string;
  readonly schema: string | null;
  readonly replicationRole: string;
}

const OLDEST_VERSION = 13;
const SCHEMA = 'public';
/** Pooled connections that transactions do not use, so that the revocation check does not wait behind writes. */
const CONNECTIONS_FOR_READS = 2;

export class PostgresqlEngine implements Engine {
  readonly dialect = 'postgresql';
  readonly isShared = true;
  readonly isReopenedAfterFailure = false;
  readonly transactionsAtOnce: number;

  static at(url: string, poolSize: number, schema = SCHEMA): PostgresqlEngine {
    return new PostgresqlEngine(url, poolSize, schema);
  }

  private constructor(
    private readonly url: string,
    private readonly poolSize: number,
    private readonly schema: string,
  ) {
    this.transactionsAtOnce = Math.max(1, poolSize - CONNECTIONS_FOR_READS);
  }

  /** Both Prisma clients come from one model, so the rest of the code uses the type of the SQLite client. Only this cast knows. */
  connect(): Connected {
    const adapter = PostgresqlFactory.withPool(this.url, this.poolSize, this.schema);
    const prisma = new PostgresqlClient({ adapter, errorFormat: 'minimal' }) as unknown as PrismaClient;
    return { prisma, direct: () => adapter.connectDirectly() };
  }

  async assertFit(client: Transaction): Promise<void> {
    const [row] = await client.$queryRaw<ServerRow[]>`
      SELECT current_setting('server_version_num')::int / 10000 AS "version", pg_is_in_recovery() AS "isStandby",
        current_setting('transaction_read_only') = 'on' AS "isReadOnly", current_setting('synchronous_commit') AS "synchronousCommit",
        current_setting('server_encoding') AS "encoding", current_schema()::text AS "schema",
        current_setting('session_replication_role') AS "replicationRole"`;
    const [fault, advice] = row === undefined ? ['does not say what it is.'] : (faultOf(row, this.schema) ?? []);
    if (fault !== undefined) throw new WrongDatabase(`The PostgreSQL server in DATABASE_URL ${fault}`, { advice });
  }

  /** Writes nothing, so that nodes that check their readiness do not wait for each other's locks. */
  async assertWritable(transaction: Transaction): Promise<void> {
    const [row] = await transaction.$queryRaw<{ isReadOnly: boolean; isLossy: boolean }[]>`
      SELECT current_setting('transaction_read_only') = 'on' AS "isReadOnly", current_setting('synchronous_commit') = 'off' AS "isLossy"`;
    if (row?.isReadOnly !== false) throw new WrongDatabase('The PostgreSQL server in DATABASE_URL takes no writes.');
    if (row.isLossy) throw new WrongDatabase('The PostgreSQL server in DATABASE_URL may lose what it has committed.');
  }

  async listTables(client: Transaction): Promise<string[]> {
    const rows = await client.$queryRaw<{ name: string }[]>`
      SELECT tablename::text AS "name" FROM pg_tables WHERE schemaname = ${this.schema}`;
    return rows.map(({ name }) => name);
  }

  async describeServer(client: Transaction): Promise<ServerFacts | null> {
    const [row] = await client.$queryRaw<ServerFacts[]>`
      SELECT current_setting('server_version') AS "version", pg_is_in_recovery() AS "isStandby",
        current_setting('transaction_read_only') = 'on' AS "isReadOnly", current_setting('synchronous_commit') AS "synchronousCommit",
        current_setting('fsync') AS "fsync", current_setting('full_page_writes') AS "fullPageWrites",
        (SELECT count(*)::int FROM pg_stat_replication) AS "standbys",
        (SELECT count(*)::int FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')) AS "synchronousStandbys",
        (SELECT min(most)::int FROM (VALUES
          (current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
            - coalesce(current_setting('reserved_connections', true), '0')::int),
          ((SELECT nullif(rolconnlimit, -1) FROM pg_roles WHERE rolname = current_user)),
          ((SELECT nullif(datconnlimit, -1) FROM pg_database WHERE datname = current_database()))) AS limits(most)) AS "connectionLimit",
        (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend') AS "connections",
        floor(extract(epoch FROM clock_timestamp()) * 1000)::float8 AS "now"`;
    return row ?? null;
  }

  /** The server checks its own files. */
  async findDamage(): Promise<string | null> {
    return null;
  }

  async lockTable(transaction: Transaction, table: LockableTable): Promise<void> {
    await transaction.$executeRawUnsafe(`LOCK TABLE "${table}" IN ACCESS EXCLUSIVE MODE`);
  }

  noteAnswer(): void {}

  async beforeClose(): Promise<void> {}
}

/** The fault of an unsuitable server and the advice to the operator, or null. */
function faultOf(row: ServerRow, wanted: string): [string, string?] | null {
  const { version, isStandby, isReadOnly, synchronousCommit, encoding, schema, replicationRole } = row;
  if (version < OLDEST_VERSION) return [`has version ${version};`, `version ${OLDEST_VERSION} is the oldest that is supported.`];
  if (isStandby) return ['is a standby.', 'Give the address of the primary: a standby learns of a logout too late.'];
  if (isReadOnly) return ['takes no writes (default_transaction_read_only is on).'];
  // An answered logout must survive a crash of the server.
  if (synchronousCommit === 'off')
    return ['runs with synchronous_commit = off, which can lose a logout.', 'Turn it on for this role or database.'];
  if (replicationRole !== 'origin')
    return [
      `runs with session_replication_role = ${replicationRole}, which turns foreign keys off.`,
      'Reset it for this role or database.',
    ];
  if (schema === null)
    return [
      'gives this role no schema to work in.',
      `Grant it USAGE and CREATE on the schema ${wanted}, or let its search_path begin with ${wanted}.`,
    ];
  if (schema !== wanted) return [`gives this role the schema ${schema};`, `make its search_path begin with ${wanted}.`];
  return encoding === 'UTF8' ? null : [`stores text as ${encoding};`, 'make a database with encoding UTF8.'];
}
