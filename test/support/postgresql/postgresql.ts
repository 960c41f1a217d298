/** PostgreSQL for tests: a database of its own for each test, made from one that is migrated already. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { onTestFinished } from 'vitest';

export const POSTGRES_URL = process.env.TEST_POSTGRES_URL ?? 'postgresql://postgres@127.0.0.1:5432/postgres';

/** Whether the tests of this project run on PostgreSQL. */
export const onPostgresql = process.env.TEST_DATABASE === 'postgresql';

/** Every node needs the same. */
export const POSTGRES_SECRET = 'the secret of the tests, the same on every node';

/** On the server, in another database than that of the tests. */
export async function withServer<Result>(work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  return withDatabase(POSTGRES_URL, work);
}

export async function withDatabase<Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

export function urlOf(database: string): string {
  const url = new URL(POSTGRES_URL);
  url.pathname = database;
  return url.href;
}

/** The address of a new database, removed when the test ends: for tests that do more to it than fill it. */
export async function makeDatabase(template = templateName()): Promise<string> {
  const name = `${templateName()}_x${randomBytes(6).toString('hex')}`;
  await withServer((client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template} ENCODING 'UTF8'`));
  onTestFinished(async () => {
    await withServer((client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
  });
  return urlOf(name);
}

/** Of the databases of this worker, those that the running test has. */
const borrowed = new Set<string>();

/** Those that are known to be there: an earlier test of the same worker has had them. */
const made = new Set<string>();

/** The address of a database that is migrated and empty. Tests that come one after another get the same: to make one costs more than all the rest. */
export async function borrowDatabase(): Promise<string> {
  const slot = `${templateName()}_w${process.env.VITEST_POOL_ID}`;
  const name = Array.from({ length: borrowed.size + 1 }, (_, index) => `${slot}_${index}`).find((free) => !borrowed.has(free)) ?? slot;
  borrowed.add(name);
  onTestFinished(() => void borrowed.delete(name));
  if (made.has(name) || !(await makeOnce(name))) {
    await heal(name);
    await withDatabase(urlOf(name), empty);
  }
  made.add(name);
  return urlOf(name);
}

/** @returns whether it was not there before */
function makeOnce(name: string): Promise<boolean> {
  return withServer((client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${templateName()}`)).then(
    () => true,
    (error: { code?: string }) => (error.code === DUPLICATE_DATABASE ? false : Promise.reject(error)),
  );
}

const DUPLICATE_DATABASE = '42P04';

/** A test that failed may have left the database unreachable or read-only: the tests after it must not fail for that. */
async function heal(name: string): Promise<void> {
  await withServer(async (client) => {
    await client.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
    await client.query(`ALTER DATABASE ${name} RESET ALL`);
  });
}

function templateName(): string {
  return process.env.TEST_POSTGRES_TEMPLATE ?? 'template0';
}

async function empty(client: pg.Client): Promise<void> {
  await client.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  );
  const { rows } = await client.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> '_prisma_migrations'");
  const deletions = rows.map(({ tablename }) => `DELETE FROM "${tablename}"`);
  await client.query([...deletions, `DELETE FROM "_prisma_migrations" WHERE "applied_steps_count" = 1 AND "checksum" = 'x'`].join('; '));
}
