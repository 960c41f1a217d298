/** The migrations of both databases produce exactly the same model. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { differenceToModel, migrate } from '../../src/database/migrations.js';
import { makeFolder } from '../support/app/start-app.js';
import { makeDatabase, withDatabase } from '../support/postgresql/postgresql.js';

test('the migrations of SQLite lead to the model', async () => {
  const url = `file:${join(makeFolder(), 'latchkey.db')}`;
  expect(await differenceToModel(url)).toContain('CREATE TABLE');
  await migrate(url);
  expect(await differenceToModel(url)).toBe(null);
});

test('the migrations of PostgreSQL lead to the model', async () => {
  const url = await makeDatabase('template0');
  expect(await differenceToModel(url)).toContain('CREATE TABLE');
  await migrate(url);
  expect(await differenceToModel(url)).toBe(null);
  await withDatabase(url, (client) => client.query('DROP INDEX "BlacklistedToken_version_idx"'));
  expect(await differenceToModel(url)).toContain('CREATE INDEX "BlacklistedToken_version_idx"');
});

test('no order of texts hangs on the language that the database was made for', async () => {
  const url = await makeDatabase('template0');
  await migrate(url);
  const { rows } = await withDatabase(url, (client) =>
    client.query(`SELECT table_name, column_name, collation_name FROM information_schema.columns
      WHERE table_schema = current_schema() AND data_type = 'text' AND table_name <> '_prisma_migrations'`),
  );
  expect(rows.length).toBeGreaterThan(30);
  expect(rows.filter(({ collation_name }) => collation_name !== 'C')).toEqual([]);
});
