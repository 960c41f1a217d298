/** PostgreSQL for tests: each test has its own database, copied from a migrated one. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { onTestFinished } from 'vitest';

export const POSTGRES_URL = process.env.TEST_POSTGRES_URL ?? 'postgresql://postgres@127.0.0.1:5432/postgres';

/** Whether the tests of this project run on PostgreSQL. */
export const onPostgresql = process.env.TEST_DATABASE === 'postgresql';

/** Every node needs the same secret. */
export const POSTGRES_SECRET = 'the secret of the tests, the same on every node';

/** Connects to the server, in another database than the tests use. */
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

/** The address of a new database that is removed when the test ends: for tests that do more to it than fill it. */
export async function makeDatabase(template = templateName()): Promise<string> {
  const name = `${templateName()}_x${randomBytes(6).toString('hex')}`;
  await withServer((client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template} ENCODING 'UTF8'`));
  onTestFinished(async () => {
    await withServer((client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
  });
  return urlOf(name);
}

/** The databases of this worker that the running test uses. */
const borrowed = new Set<string>();

/** The address of a migrated, empty database. Consecutive tests share it, because making one costs more than the rest of the test. */
export async function borrowDatabase(): Promise<string> {
  const slot = `${templateName()}_w${process.env.VITEST_POOL_ID}`;
  const name = Array.from({ length: borrowed.size + 1 }, (_, index) => `${slot}_${index}`).find((free) => !borrowed.has(free)) ?? slot;
  borrowed.add(name);
  onTestFinished(() => void borrowed.delete(name));
  const isNew = await withServer((client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${templateName()}`)).then(
    () => true,
    (error: { code?: string }) => (error.code === DUPLICATE_DATABASE ? false : Promise.reject(error)),
  );
  if (!isNew) await withDatabase(urlOf(name), empty);
  return urlOf(name);
}

const DUPLICATE_DATABASE = '42P04';

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
