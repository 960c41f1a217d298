/** The start on PostgreSQL: several nodes at once, and unsuitable servers or databases. */
import type pg from 'pg';
import { expect, test } from 'vitest';
import { readConfig } from '../../src/config/config.js';
import { makeFolder, startNode } from '../support/app/start-app.js';
import { setReadOnly } from '../support/postgresql/outages.js';
import { makeDatabase, POSTGRES_SECRET, POSTGRES_URL, withDatabase, withServer } from '../support/postgresql/postgresql.js';
import { latchkey } from '../support/process/cli.js';

test('nodes that start at once on an empty database migrate it once and make one key', async () => {
  const url = await makeDatabase('template0');
  const nodes = await Promise.all([startNode(url), startNode(url), startNode(url)]);
  const { rows } = await withDatabase(url, (client) => client.query('SELECT (SELECT count(*) FROM "SigningKey") AS keys'));
  expect(rows).toEqual([{ keys: '1' }]);
  const { accessToken } = await (nodes[0] ?? expect.fail('no node')).register();
  for (const node of nodes) expect(await node.ask(accessToken)).toBe('ok');
});

test("a node waits for a migration by Prisma's own command, and leaves no lock of it behind", async () => {
  const url = await makeDatabase('template0');
  const prismaLock = 72_707_369;
  const start = await withDatabase(url, async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [prismaLock]);
    const starting = startNode(url);
    starting.catch(() => undefined);
    while ((await findLocks(client, prismaLock)).every(({ granted }) => granted));
    expect((await client.query("SELECT 1 FROM pg_tables WHERE schemaname = 'public'")).rows).toEqual([]);
    return { starting };
  });
  await start.starting;
  expect(await withDatabase(url, (client) => findLocks(client, prismaLock))).toEqual([]);
});

async function findLocks(client: pg.Client, lock: number): Promise<{ granted: boolean }[]> {
  const { rows } = await client.query(
    `SELECT granted FROM pg_locks JOIN pg_database ON pg_database.oid = database
     WHERE locktype = 'advisory' AND objid = $1 AND datname = current_database()`,
    [lock],
  );
  return rows;
}

test('a migration is refused while a node of an older version is on record, until the operator knows that none runs', async () => {
  const url = await makeDatabase();
  const older = await startNode(url);
  while ((await older.app.server.inject({ url: '/readyz' })).statusCode !== 200);
  await withDatabase(url, async (client) => {
    await client.query('ALTER TABLE "RevocationState" DROP COLUMN "sessionsSince", DROP COLUMN "allEndedAt"');
    await client.query('ALTER TABLE "Session" DROP COLUMN "generation"');
    await client.query(`DELETE FROM _prisma_migrations WHERE migration_name LIKE '%sessions_since'`);
  });
  await expect(startNode(url)).rejects.toMatchObject({ name: 'NodesRunning', message: expect.stringContaining('Stop every node first') });
  const options = { dataDir: makeFolder(), settings: { DATABASE_URL: url, LATCHKEY_SECRET: POSTGRES_SECRET } };
  expect(await latchkey(['migrate'], options)).toMatchObject({ code: 1, stderr: expect.stringContaining('--no-node-runs') });
  expect(await latchkey(['migrate', '--no-node-runs'], options)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('sessions_since'),
  });
  await startNode(url);
});

test('a database that belongs to something else is refused and left alone', async () => {
  const url = await makeDatabase('template0');
  await withDatabase(url, (client) => client.query('CREATE TABLE orders (id int)'));
  await expect(startNode(url)).rejects.toMatchObject({ name: 'ForeignDatabase', message: expect.stringContaining('orders') });
  const { rows } = await withDatabase(url, (client) => client.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"));
  expect(rows).toEqual([{ tablename: 'orders' }]);
});

test('a server that takes no writes is refused, with what to do', async () => {
  const url = await makeDatabase();
  await setReadOnly(url, true);
  await expect(startNode(url)).rejects.toMatchObject({ name: 'WrongDatabase', message: expect.stringContaining('takes no writes') });
  await setReadOnly(url, false);
  await startNode(url);
});

test('a server that may forget what it has committed is refused', async () => {
  const url = await makeDatabase();
  await withServer((client) => client.query(`ALTER DATABASE ${new URL(url).pathname.slice(1)} SET synchronous_commit = off`));
  await expect(startNode(url)).rejects.toMatchObject({ name: 'WrongDatabase', message: expect.stringContaining('synchronous_commit') });
});

test('a database that stores text in another encoding is refused', async () => {
  const name = `latchkey_test_latin_${process.pid}`;
  await withServer((client) => client.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'`));
  try {
    const url = Object.assign(new URL(POSTGRES_URL), { pathname: name }).href;
    await expect(startNode(url)).rejects.toMatchObject({ name: 'WrongDatabase', message: expect.stringContaining('LATIN1') });
  } finally {
    await withServer((client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`));
  }
});

test('a role that works in another schema is refused', async () => {
  const url = await makeDatabase();
  await withDatabase(url, (client) => client.query('CREATE SCHEMA postgres'));
  await withServer((client) => client.query(`ALTER DATABASE ${new URL(url).pathname.slice(1)} SET search_path = postgres, public`));
  await expect(startNode(url)).rejects.toMatchObject({ name: 'WrongDatabase', message: expect.stringContaining('search_path') });
});

test('a server that does not answer is told of without the password', async () => {
  const url = 'postgresql://ada:the-password@127.0.0.1:1/latchkey';
  const failure = await startNode(url).then(
    () => expect.fail('it started'),
    (error: Error) => error,
  );
  expect(failure).toMatchObject({ name: 'DatabaseUnusable', message: expect.stringContaining('ECONNREFUSED') });
  expect(`${failure.stack}${JSON.stringify(failure)}${String(failure.cause)}`).not.toContain('the-password');
});

function faultsOf(settings: Record<string, string>): string {
  try {
    readConfig({ DATA_DIR: makeFolder(), ...settings });
    return 'none';
  } catch (error) {
    return String(error);
  }
}

test('PostgreSQL wants a secret that all nodes share, and a check that does not live in one of them', () => {
  const DATABASE_URL = 'postgresql://ada:the-password@db.example.com/latchkey';
  const faults = faultsOf({ DATABASE_URL, REVOCATION_CHECK: 'memory' });
  expect(faults).toMatch(/LATCHKEY_SECRET[^\n]*the same on every node/);
  expect(faults).toMatch(/REVOCATION_CHECK[^\n]*"redis" with PostgreSQL/);
  expect(faults).not.toContain('the-password');
  expect(faultsOf({ DATABASE_URL, LATCHKEY_SECRET: POSTGRES_SECRET })).toBe('none');
  expect(readConfig({ DATA_DIR: makeFolder(), DATABASE_URL, LATCHKEY_SECRET: POSTGRES_SECRET }).revocationCheck).toBe('lease');
});

test.each([
  'postgresql://ada:the-password@db.example.com/latchkey?sslmode=prefer',
  'postgresql://ada:the-password@db.example.com/latchkey?sslmode=verify-ca',
  'postgresql://ada:the-password@db.example.com/latchkey?schema=other',
  'postgresql://ada:the-password@db.example.com/',
  'postgresql://ada@db.example.com/latchkey?password=the-password',
  'mysql://ada:the-password@db.example.com/latchkey',
])('%s is refused without its password', (DATABASE_URL) => {
  const faults = faultsOf({ DATABASE_URL, LATCHKEY_SECRET: POSTGRES_SECRET });
  expect(faults).toContain('DATABASE_URL');
  expect(faults).not.toContain('the-password');
});
