/**
 * A PostgreSQL server that hangs: its connections stay open and nothing comes back. A client gets an error within 5 s, and nothing that
 * was answered as an error takes effect later without being told.
 */
import { join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { makeFolder, startNode, type TestApp } from '../support/app/start-app.js';
import { logOut } from '../support/mutations/mutations.js';
import { addDeadNode, LONG } from '../support/postgresql/lease-nodes.js';
import { untilAvailable } from '../support/postgresql/outages.js';
import { borrowDatabase, POSTGRES_SECRET, withDatabase } from '../support/postgresql/postgresql.js';
import { startServer } from '../support/process/server-process.js';
import { startTcpProxy, type TcpProxy } from '../support/sockets/tcp-proxy.js';

const REVOKED = 'UNAUTHENTICATED TOKEN_REVOKED';
const ERROR = /^(AUTH_UNAVAILABLE|LOGOUT_UNCONFIRMED)$/;

/** The clock of the server itself: its timers and this one run in the same event loop, in the order in which they are due. */
const LATE_MS = 5_000;

function inTime<Answer>(answer: Promise<Answer>): Promise<Answer | 'late'> {
  return Promise.race([answer, later(LATE_MS, 'late' as const, { ref: false })]);
}

async function startBehindProxy(settings: Record<string, string>): Promise<{ node: TestApp; proxy: TcpProxy; url: string }> {
  const url = await borrowDatabase();
  const { hostname, port } = new URL(url);
  const proxy = await startTcpProxy(hostname, Number(port || 5432));
  onTestFinished(() => proxy.close());
  const node = await startNode(Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(proxy.port) }).href, { settings });
  onTestFinished(() => proxy.pass());
  return { node, proxy, url };
}

test.for([
  ['lease', LONG],
  ['database', { REVOCATION_CHECK: 'database' }],
] as const)(
  'in mode %s a logout, a login and a question are errors in time, and all is well when it goes on [R4] [R8]',
  async ([, settings]) => {
    const { node, proxy } = await startBehindProxy(settings);
    const [leaving, staying] = [await node.register(), await node.login()];
    expect(await node.ask(leaving.accessToken)).toBe('ok');
    for (const direction of ['down', 'up'] as const) {
      proxy.hold(direction);
      const logouts = Promise.all([
        inTime(logOut(node, { token: leaving.accessToken })),
        inTime(logOut(node, { refreshToken: leaving.refreshToken })),
        inTime(logOut(node, { token: leaving.accessToken, refreshToken: leaving.refreshToken })),
      ]);
      const others = Promise.all([inTime(node.ask(staying.accessToken)), inTime(node.login().catch(String))]);
      for (const answer of await logouts) expect(answer).toMatch(ERROR);
      for (const answer of await others) expect(answer).toContain('AUTH_UNAVAILABLE');
      proxy.pass();
      proxy.reset();
    }
    const answer = await untilAvailable(async () => {
      const told = await logOut(node, { token: leaving.accessToken });
      if (ERROR.test(String(told))) throw new Error('AUTH_UNAVAILABLE');
      return told;
    });
    expect([0, 1]).toContain(answer);
    expect(await untilAvailable(() => node.ask(leaving.accessToken))).toBe(REVOKED);
    expect(await node.ask(staying.accessToken)).toBe('ok');
  },
);

test('a logout that waits for a lock that somebody keeps is an error in time, and has not happened [R4]', async () => {
  const url = await borrowDatabase();
  const node = await startNode(url);
  const { accessToken } = await node.register();
  await withDatabase(url, async (client) => {
    await client.query('BEGIN');
    await client.query('SELECT 1 FROM "RevocationState" FOR UPDATE');
    expect(await inTime(logOut(node, { token: accessToken }))).toMatch(ERROR);
    const waiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    while ((await client.query(waiting)).rows.length > 0);
    await client.query('ROLLBACK');
  });
  expect(await node.ask(accessToken)).toBe('ok');
  expect(await logOut(node, { token: accessToken })).toBe(1);
});

test('a stop that takes too long says what it was waiting for, and ends with 1', async () => {
  const url = await borrowDatabase();
  const settings = { DATABASE_URL: url, LATCHKEY_SECRET: POSTGRES_SECRET, ...LONG };
  const server = await startServer({ dataDir: join(makeFolder(), 'data'), settings });
  const { accessToken } = await server.register();
  // The logout waits until no lease of this node can be alive: longer than a stop may take.
  await addDeadNode(url, 60_000);
  const answer = logOut(server, { token: accessToken }).catch(() => 'cut off');
  await withDatabase(url, async (client) => {
    while ((await client.query('SELECT 1 FROM "BlacklistedToken"')).rows.length === 0);
  });
  server.signal('SIGTERM');
  expect(await server.exited).toEqual({ code: 1, signal: null });
  expect(server.logged()).toContain('longer than 10 s. It was waiting for requests that are being answered, and ends now.');
  expect(await answer).toBe('cut off');
});
