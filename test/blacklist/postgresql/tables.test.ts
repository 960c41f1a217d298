/** The tables of a blacklist on PostgreSQL are those of the server. */
import { expect, test } from 'vitest';
import { open } from '../../support/blacklist/blacklists.js';
import { makeDatabase, withDatabase } from '../../support/postgresql/postgresql.js';

const SHARED = `('BlacklistedToken', 'Node', 'RevocationState')`;

test('the three tables of the log have the columns and indexes that the migrations of the server lead to', async () => {
  // A database of the server, which has its tables in the schema public.
  const url = await makeDatabase();
  await open(url);
  const describe = (schema: string) =>
    withDatabase(url, async (client) => {
      const columns = await client.query(
        `SELECT table_name, column_name, data_type, datetime_precision, collation_name, is_nullable, column_default
         FROM information_schema.columns WHERE table_schema = $1 AND table_name IN ${SHARED} ORDER BY table_name, column_name`,
        [schema],
      );
      const indexes = await client.query(
        `SELECT replace(indexdef, schemaname || '.', '') AS definition FROM pg_indexes WHERE schemaname = $1 AND tablename IN ${SHARED} ORDER BY indexname`,
        [schema],
      );
      return { columns: columns.rows, indexes: indexes.rows };
    });
  const own = await describe('latchkey');
  expect(own.columns.length).toBeGreaterThan(20);
  expect(own).toEqual(await describe('public'));
});
