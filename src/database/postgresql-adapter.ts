/**
 * Runs Prisma's adapter for PostgreSQL on our own connections, which have a time-out for every wait.
 * A connection that fails without an answer from the server is not used again. A COMMIT that the server answers with ROLLBACK
 * throws: PostgreSQL reports no error there if an earlier statement of the transaction has failed.
 */
import { PrismaPg } from '@prisma/adapter-pg';
import type { SqlQuery, SqlQueryable } from '@prisma/driver-adapter-utils';
import pg from 'pg';
import type { DirectDriver } from './direct-driver.js';
import { RolledBack } from './failures.js';
import { PostgresqlDirect, storable, telling } from './postgresql-direct.js';
import { setUpSession } from './session-settings.js';

const CONNECT_WITHIN_MS = 4_000;
/** The server ends a statement after this time. */
const STATEMENT_WITHIN_MS = 4_000;
/** This process stops waiting after this time, for the case that the server is unreachable or hangs: a client gets an error within 5 s. */
const ANSWER_WITHIN_MS = 4_500;
/** A node that is paused inside a transaction must not hold its locks for long: every logout waits for the lock of the log. */
const IDLE_IN_TRANSACTION_MS = 3_000;
const IDLE_CONNECTION_MS = 60_000;
const MIGRATION_WITHIN_MS = 24 * 3_600_000;

export class PostgresqlFactory extends PrismaPg {
  #pool: pg.Pool | undefined;

  static withPool(url: string, poolSize: number, schema: string): PostgresqlFactory {
    const pool = new pg.Pool({
      ...connectionTo(url),
      max: poolSize,
      idleTimeoutMillis: IDLE_CONNECTION_MS,
      statement_timeout: STATEMENT_WITHIN_MS,
      query_timeout: ANSWER_WITHIN_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    });
    const factory = new PostgresqlFactory(pool, { disposeExternalPool: true, schema });
    factory.#pool = pool;
    return factory;
  }

  /** For migrations, which may take long. The limits are longer than any, and replace those that the role may have. */
  static forMigrations(url: string): PostgresqlFactory {
    const limits = { statement_timeout: MIGRATION_WITHIN_MS, idle_in_transaction_session_timeout: MIGRATION_WITHIN_MS };
    return new PostgresqlFactory({ ...connectionTo(url), max: 1, ...limits });
  }

  override async connect(): ReturnType<PrismaPg['connect']> {
    const adapter = await super.connect();
    const begin = adapter.startTransaction.bind(adapter);
    adapter.startTransaction = async (isolationLevel) => translating(await told(() => begin(isolationLevel)));
    return translating(adapter);
  }

  /** The hot statements run on the connections of the pool, past the adapter. */
  async connectDirectly(): Promise<DirectDriver> {
    if (this.#pool === undefined) throw new Error('a migration has no hot statements');
    return PostgresqlDirect.on(this.#pool);
  }
}

/** The number of the advisory lock that Prisma's migration tools take to exclude each other. */
export const MIGRATION_LOCK = 72_707_369;

/** The options of every connection. User name and password are part of the URL. */
export function connectionTo(url: string): pg.PoolConfig {
  const { searchParams } = new URL(url);
  return {
    // Gives `sslmode` the meaning that it has in libpq, and so in most other programs.
    connectionString: `${url}${url.includes('?') ? '&' : '?'}uselibpqcompat=true`,
    application_name: searchParams.get('application_name') ?? 'latchkey',
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    keepAlive: true,
    Client: StrictClient,
    onConnect: setUpSession,
  };
}

type Query = (...input: readonly unknown[]) => unknown;
type Callback = (error: unknown, result?: pg.QueryResult) => void;

class StrictClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    const query = this.query.bind(this) as Query;
    const strict: Query = (...input) => {
      const callback = input.at(-1);
      // The pool runs single statements with a callback, and drops the connection itself if one fails.
      if (typeof callback === 'function') return query(...input.slice(0, -1), readable(callback as Callback));
      const answer = query(...input) as Promise<pg.QueryResult>;
      return answer.then(
        (result) => assertCommitted(input[0], result),
        (error) => this.#refuse(error),
      );
    };
    this.query = strict as typeof this.query;
  }

  /** Closes the connection unless the server itself reported the error: the pool takes no closed connection back. */
  #refuse(error: unknown): never {
    if (!(error instanceof pg.DatabaseError)) (this as unknown as { connection: pg.Connection }).connection.stream.destroy();
    throw error;
  }
}

/** Presents the type "char" as text. Prisma's adapter does not know it, and the migration engine reads it in PostgreSQL's catalogue. */
function readable(callback: Callback): Callback {
  return (error, result) => {
    for (const field of result?.fields ?? []) if (field.dataTypeID === pg.types.builtins.CHAR) field.dataTypeID = pg.types.builtins.TEXT;
    callback(error, result);
  };
}

function assertCommitted(query: unknown, result: pg.QueryResult): pg.QueryResult {
  if ((query as { text?: string }).text === 'COMMIT' && result.command !== 'COMMIT') throw new RolledBack();
  return result;
}

function translating<Queryable extends SqlQueryable>(queryable: Queryable): Queryable {
  const { queryRaw, executeRaw } = queryable;
  queryable.queryRaw = (query) => told(() => queryRaw.call(queryable, storable(query)));
  queryable.executeRaw = (query) => told(() => executeRaw.call(queryable, withoutSessionLock(storable(query))));
  return queryable;
}

/**
 * Skips Prisma's session lock: behind a pooler the connection passes to other clients and takes the lock with it.
 * `withServerLock` already holds the same lock for the time of the migration, in a transaction.
 */
function withoutSessionLock(query: SqlQuery): SqlQuery {
  return query.sql === `SELECT pg_advisory_lock(${MIGRATION_LOCK})` ? { ...query, sql: 'SELECT 1' } : query;
}

async function told<Result>(run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    throw telling(error);
  }
}
