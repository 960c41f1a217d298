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

  static on(pool: pg.Pool): PostgresqlDirect {
    return new PostgresqlDirect(pool);
  }

  private constructor(private readonly pool: pg.Pool) {}

  async queryRaw(query: DirectQuery): Promise<Answer> {
    const borrowed = await this.#borrow();
    try {
      const answer = await ask(borrowed.client, query);
      borrowed.giveBack();
      return answer;
    } catch (error) {
      borrowed.giveBack(error);
      throw error;
    }
  }

  async executeRaw(query: DirectQuery): Promise<number> {
    return (await this.queryRaw(query)).rows.length;
  }

  async startTransaction(): Promise<DirectTransaction> {
    const transaction = new PostgresqlTransaction(await this.#borrow());
    await transaction.begin();
    return transaction;
  }

  /** @throws NotConnected */
  async #borrow(): Promise<Borrowed> {
    try {
      return new Borrowed(await this.pool.connect());
    } catch (error) {
      throw new NotConnected(`PostgreSQL does not answer: ${messageOf(error)}`, { cause: error });
    }
  }
}

/** A connection of the pool, until it is given back. */
class Borrowed {
  readonly #ignore = () => undefined;

  constructor(readonly client: pg.PoolClient) {
    // Without a listener, a connection that breaks between two statements would end the process. The next statement reports it.
    client.on('error', this.#ignore);
  }

  /** @param error the failure after which the connection must not be used again; one that the server itself reports does no harm */
  giveBack(error?: unknown): void {
    const isBroken = error !== undefined && !(error instanceof DriverAdapterError);
    if (!isBroken) this.client.off('error', this.#ignore);
    this.client.release(isBroken);
  }
}

class PostgresqlTransaction implements DirectTransaction {
  constructor(private readonly borrowed: Borrowed) {}

  async begin(): Promise<void> {
    try {
      await this.executeRaw({ sql: 'BEGIN', args: [] });
    } catch (error) {
      this.borrowed.giveBack(error);
      throw error;
    }
  }

  queryRaw(query: DirectQuery): Promise<Answer> {
    return ask(this.borrowed.client, query);
  }

  async executeRaw(query: DirectQuery): Promise<number> {
    return (await ask(this.borrowed.client, query)).rows.length;
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
      this.borrowed.giveBack();
    } catch (error) {
      this.borrowed.giveBack(new Error('a transaction that could not be ended', { cause: error }));
      throw error;
    }
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
