/** A schema of PostgreSQL for tables that live beside those of an application. */
import pg from 'pg';
import { DatabaseUnusable, messageOf } from './failures.js';
import { connectionTo } from './postgresql-adapter.js';

/** The same database with this schema as the only one in which names are looked up. A pooler of transactions does not pass it on. */
export function atSchema(url: string, schema: string): string {
  const place = new URL(url);
  const options = [place.searchParams.get('options'), `-c search_path=${schema}`].filter((option) => option !== null);
  place.searchParams.set('options', options.join(' '));
  // As libpq reads it: a plus sign is no space there.
  place.search = place.search.replaceAll('+', '%20');
  return place.href;
}

/**
 * Makes the schema unless it is there.
 *
 * @param schema a plain name
 * @throws DatabaseUnusable if the server does not answer, or the role may not make it
 */
export async function makeSchema(url: string, schema: string): Promise<void> {
  const client = new pg.Client(connectionTo(url));
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query('SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1', [schema]);
    if (rows.length === 0) await client.query(`CREATE SCHEMA "${schema}"`);
  } catch (error) {
    throw new DatabaseUnusable(`The schema ${schema} can't be made: ${messageOf(error)}.`, {
      advice: `Check DATABASE_URL, or let an administrator make it: CREATE SCHEMA "${schema}" AUTHORIZATION <role>.`,
      cause: error,
    });
  } finally {
    await client.end().catch(() => undefined);
  }
}
