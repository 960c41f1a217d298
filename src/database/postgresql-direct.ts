/** Runs hot statements on the pool of connections to PostgreSQL that Prisma uses as well. */
import { DriverAdapterError } from '@prisma/driver-adapter-utils';
import pg from 'pg';
import type { DirectDriver, DirectQuery, DirectTransaction } from './direct-driver.js';
import { DatabaseUnusable, messageOf, NotConnected } from './failures.js';
import type { Answer } from './statement.js';

/** The columns arrive as texts; the statement knows what they are. */
const TEXTS = { getTypeParser: () => (text: string) => text };

/** Makes the transaction of a statement commit without waiting for the disk, whatever the session is set to. */
const LAZILY = `, set_config('synchronous_commit', 'off', true) AS "lazily"`;

export class PostgresqlDirect implements DirectDriver {
  readonly dialect = 'postgresql';

  constructor(private readonly pool: pg.Pool) {}

  async queryRaw(query: DirectQuery): Promise<Answer> {
    const client = await this.#connect();
    try {
      const answer = await ask(client, query);
      client.release();
      return answer;
    } catch (error) {
      client.release(!(error instanceof DriverAdapterError));
      throw error;
    }
  }

  async executeRaw(query: DirectQuery): Promise<number> {
    return (await this.queryRaw(query)).rows.length;
  }

  async startTransaction(): Promise<DirectTransaction> {
    const transaction = new PostgresqlTransaction(await this.#connect());
    await transaction.begin();
    return transaction;
  }

  /** @throws NotConnected */
  async #connect(): Promise<pg.PoolClient> {
    try {
      return await this.pool.connect();
    } catch (error) {
      throw new NotConnected(`PostgreSQL does not answer: ${messageOf(error)}`, { cause: error });
    }
  }
}

class PostgresqlTransaction implements DirectTransaction {
  readonly #ignore = () => undefined;

  constructor(private readonly client: pg.PoolClient) {
    // Without a listener, a connection that breaks between two statements would end the process. The next statement reports it.
    client.on('error', this.#ignore);
  }

  async begin(): Promise<void> {
    try {
      await this.executeRaw({ sql: 'BEGIN', args: [] });
    } catch (error) {
      this.#release(error);
      throw error;
    }
  }

  queryRaw(query: DirectQuery): Promise<Answer> {
    return ask(this.client, query);
  }

  async executeRaw(query: DirectQuery): Promise<number> {
    return (await ask(this.client, query)).rows.length;
  }

  commit(): Promise<void> {
    return this.#end('COMMIT');
  }

  rollback(): Promise<void> {
    return this.#end('ROLLBACK');
  }

  /** A connection whose transaction could not be ended is closed; the server then rolls back. */
  async #end(sql: 'COMMIT' | 'ROLLBACK'): Promise<void> {
    try {
      await this.executeRaw({ sql, args: [] });
      this.#release();
    } catch (error) {
      this.#release(error);
      throw error;
    }
  }

  #release(error?: unknown): void {
    this.client.off('error', this.#ignore);
    this.client.release(error instanceof Error ? error : undefined);
  }
}

async function ask(client: pg.ClientBase, query: DirectQuery): Promise<Answer> {
  const { sql, args, isLazy = false } = storable(query);
  try {
    const text = isLazy ? `${sql}${LAZILY}` : sql;
    const { fields, rows } = await client.query({ text, values: [...args], rowMode: 'array', types: TEXTS });
    return { columnNames: fields.map(({ name }) => name), rows: rows as unknown[][] };
  } catch (error) {
    throw error instanceof pg.DatabaseError ? reported(error) : telling(error);
  }
}

/** PostgreSQL rejects text with NUL. No stored text contains one, so a search for such text must find nothing instead of failing. */
export function storable<Query extends { readonly args: readonly unknown[] }>(query: Query): Query {
  if (!query.args.some((arg) => typeof arg === 'string' && arg.includes('\0'))) return query;
  return { ...query, args: query.args.map((arg) => (typeof arg === 'string' ? arg.replaceAll('\0', '\ufffd') : arg)) };
}

/** The driver throws a plain Error if the server does not answer. Callers could not tell it from a mistake of ours, so it is translated. */
export function telling(error: unknown): unknown {
  if (!(error instanceof Error) || ['DriverAdapterError', 'RolledBack'].includes(error.name)) return error;
  return new DatabaseUnusable(`PostgreSQL does not answer: ${messageOf(error)}`, { cause: error });
}

/** An error that the server has sent, in the form in which Prisma's adapter reports it. */
function reported({ code = '', message }: pg.DatabaseError): DriverAdapterError {
  const told = { originalCode: code, originalMessage: message };
  if (['40001', '40P01'].includes(code)) return new DriverAdapterError({ kind: 'TransactionWriteConflict', ...told });
  const unknown = { detail: undefined, column: undefined, hint: undefined };
  return new DriverAdapterError({ kind: 'postgres', code, severity: 'ERROR', message, ...unknown, ...told });
}
