/**
 * Prisma's adapter for PostgreSQL, on connections of our own, that never wait for ever.
 *
 * A connection on which anything but an answer of the server was met is not used again, and a COMMIT that the server
 * answers with ROLLBACK is an error: PostgreSQL says it without one when a statement before it had failed.
 */
import { PrismaPg } from '@prisma/adapter-pg';
import type { SqlQuery, SqlQueryable } from '@prisma/driver-adapter-utils';
import pg from 'pg';
import { DatabaseUnusable, messageOf, RolledBack } from './failures.js';

const CONNECT_WITHIN_MS = 5_000;
/** Ends a statement on the server; the next one ends the wait for it here, when the server is not heard of any more. */
const STATEMENT_WITHIN_MS = 8_000;
const ANSWER_WITHIN_MS = 9_000;
/** A node that was stopped in the middle of a transaction must not hold its locks for long: one may be that of the log, for which every logout waits. */
const IDLE_IN_TRANSACTION_MS = 3_000;
const IDLE_CONNECTION_MS = 60_000;

export class PostgresqlFactory extends PrismaPg {
  static withPool(url: string, poolSize: number): PostgresqlFactory {
    return new PostgresqlFactory({
      ...connectionTo(url),
      max: poolSize,
      idleTimeoutMillis: IDLE_CONNECTION_MS,
      statement_timeout: STATEMENT_WITHIN_MS,
      query_timeout: ANSWER_WITHIN_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    });
  }

  /** For the migrations, which may take their time. */
  static forMigrations(url: string): PostgresqlFactory {
    return new PostgresqlFactory({ ...connectionTo(url), max: 1 });
  }

  override async connect(): ReturnType<PrismaPg['connect']> {
    const adapter = await super.connect();
    const begin = adapter.startTransaction.bind(adapter);
    adapter.startTransaction = async (isolationLevel) => translating(await telling(() => begin(isolationLevel)));
    return translating(adapter);
  }
}

/** The number by which all programs of Prisma that migrate a database keep each other out. */
export const MIGRATION_LOCK = 72_707_369;

/** What every connection has in common; names and passwords stand in the URL. */
export function connectionTo(url: string): pg.PoolConfig {
  const { searchParams } = new URL(url);
  return {
    // The meaning of `sslmode` that every other program knows.
    connectionString: `${url}${url.includes('?') ? '&' : '?'}uselibpqcompat=true`,
    application_name: searchParams.get('application_name') ?? 'latchkey',
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    keepAlive: true,
    Client: StrictClient,
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
      // The pool runs single statements this way, and drops the connection itself when one fails.
      if (typeof callback === 'function') return query(...input.slice(0, -1), readable(callback as Callback));
      const answer = query(...input) as Promise<pg.QueryResult>;
      return answer.then(
        (result) => assertCommitted(input[0], result),
        (error) => this.#refuse(error),
      );
    };
    this.query = strict as typeof this.query;
  }

  /** The pool takes no connection back that is closed. */
  #refuse(error: unknown): never {
    if (!(error instanceof pg.DatabaseError)) (this as unknown as { connection: pg.Connection }).connection.stream.destroy();
    throw error;
  }
}

/** Prisma's adapter does not know the type "char", which the catalogue of PostgreSQL uses; the engine that migrates reads there. */
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

/** Whatever is no answer of the server comes out of the driver as a bare Error, which nobody could tell from a mistake of ours. */
function translating<Queryable extends SqlQueryable>(queryable: Queryable): Queryable {
  const { queryRaw, executeRaw } = queryable;
  queryable.queryRaw = (query) => telling(() => queryRaw.call(queryable, storable(query)));
  queryable.executeRaw = (query) => telling(() => executeRaw.call(queryable, withoutSessionLock(storable(query))));
  return queryable;
}

/** The lock would last as long as the connection, which behind a pooler goes on to others. Whoever migrates holds it already, in a transaction. */
function withoutSessionLock(query: SqlQuery): SqlQuery {
  return query.sql === `SELECT pg_advisory_lock(${MIGRATION_LOCK})` ? { ...query, sql: 'SELECT 1' } : query;
}

/** PostgreSQL knows no text with NUL, and none of ours has one: whoever looks for one must find nothing, and break nothing. */
function storable(query: SqlQuery): SqlQuery {
  if (!query.args.some((arg) => typeof arg === 'string' && arg.includes('\0'))) return query;
  return { ...query, args: query.args.map((arg) => (typeof arg === 'string' ? arg.replaceAll('\0', '\ufffd') : arg)) };
}

async function telling<Result>(run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof Error) || ['DriverAdapterError', 'RolledBack'].includes(error.name)) throw error;
    throw new DatabaseUnusable(`PostgreSQL does not answer: ${messageOf(error)}`, { cause: error });
  }
}
