/**
 * Before the PostgreSQL tests: makes one migrated database for each test to copy; without a server the tests are skipped, or fail in CI.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { POSTGRES_SECRET, POSTGRES_URL, urlOf, withDatabase, withServer } from './postgresql.js';

/** Migrates like an operator, in another process. In this one the migration engine is loaded for SQLite, and it can't be loaded twice. */
function migrate(url: string): void {
  const dataDir = mkdtempSync(join(tmpdir(), 'latchkey-template-'));
  const env = { PATH: process.env.PATH, DATA_DIR: dataDir, DATABASE_URL: url, LATCHKEY_SECRET: POSTGRES_SECRET };
  execFileSync(process.execPath, ['dist/command/latchkey.js', 'migrate'], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  rmSync(dataDir, { recursive: true });
}

const name = `latchkey_test_${process.pid}`;

/** Runs once for all projects: the first one makes the database and removes it. */
export default async function setup(): Promise<() => Promise<void>> {
  if (process.env.TEST_POSTGRES_TEMPLATE !== undefined) return async () => undefined;
  try {
    await withServer((client) => client.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`));
  } catch (error) {
    const told = `No PostgreSQL server answers at ${new URL(POSTGRES_URL).host} (TEST_POSTGRES_URL): ${error instanceof Error ? error.message : error}`;
    if (process.env.CI) throw new Error(told);
    console.warn(`${told}\nThe PostgreSQL tests are skipped.`);
    return async () => undefined;
  }
  migrate(urlOf(name));
  // SQLite provides the order in which events were written by itself. On PostgreSQL this column does, and the server does not know of it.
  await withDatabase(urlOf(name), (client) => client.query('ALTER TABLE "AuditEvent" ADD COLUMN rowid bigserial'));
  process.env.TEST_POSTGRES_TEMPLATE = name;
  return async () => {
    await withServer(async (client) => {
      const { rows } = await client.query('SELECT datname FROM pg_database WHERE datname = $1 OR starts_with(datname, $2)', [
        name,
        `${name}_`,
      ]);
      for (const { datname } of rows) await client.query(`DROP DATABASE IF EXISTS ${datname} WITH (FORCE)`);
    });
  };
}
