/** A PostgreSQL server that goes away, comes back, or is read-only: no stale accept, no false success, and recovery by itself. */
import pg from 'pg';
import { expect, test } from 'vitest';
import { startNode, type TestApp } from '../support/app/start-app.js';
import { logOut } from '../support/mutations/mutations.js';
import { startTwoNodes } from '../support/postgresql/nodes.js';
import { asLimitedRole, cutConnections, setReadOnly, setUnreachable } from '../support/postgresql/outages.js';
import { makeDatabase, withDatabase } from '../support/postgresql/postgresql.js';

/** Every check asks the database, so each outage shows at once; lease-outages.test.ts covers leases. */
const ASKING = { settings: { REVOCATION_CHECK: 'database' } };
const REVOKED = 'UNAUTHENTICATED TOKEN_REVOKED';

async function readiness({ app }: TestApp): Promise<number> {
  return (await app.server.inject({ url: '/readyz' })).statusCode;
}

test('while the server is away nobody is accepted and nobody sent away; when it is back all goes on by itself', async () => {
  const { one, two, url } = await startTwoNodes(ASKING);
  const [leaving, staying] = [await one.register(), await one.login()];
  await setUnreachable(url, true);
  for (const node of [one, two]) {
    expect(await node.ask(staying.accessToken)).toBe('AUTH_UNAVAILABLE');
    expect(await logOut(node, { token: leaving.accessToken })).toMatch(/^(AUTH_UNAVAILABLE|LOGOUT_UNCONFIRMED)$/);
    expect(await readiness(node)).toBe(503);
  }
  await setUnreachable(url, false);
  for (const node of [one, two]) {
    for (const { accessToken } of [leaving, staying]) expect(await untilKnown(() => node.ask(accessToken))).toBe('ok');
    while ((await readiness(node)) !== 200);
  }
  expect(await untilKnown(() => logOut(two, { token: leaving.accessToken }))).toBe(1);
  expect([await one.ask(leaving.accessToken), await one.ask(staying.accessToken)]).toEqual([REVOKED, 'ok']);
});

test('a restart of the server under many requests refuses no live token and reports no logout that was not', async () => {
  const { one, two, url } = await startTwoNodes(ASKING);
  await one.register();
  const sessions = await Promise.all(Array.from({ length: 12 }, (_, index) => (index % 2 === 0 ? one : two).login()));
  for (let round = 0; round < 3; round += 1) {
    const mine = sessions.slice(4 * round, 4 * round + 4);
    const told = Promise.all(mine.map(({ accessToken }, index) => logOut(index % 2 === 0 ? one : two, { token: accessToken })));
    const asked = Promise.all(sessions.slice(4 * round + 4).flatMap(({ accessToken }) => [one.ask(accessToken), two.ask(accessToken)]));
    await cutConnections(url);
    for (const answer of await asked) expect(['ok', 'AUTH_UNAVAILABLE']).toContain(answer);
    for (const [index, answer] of (await told).entries()) {
      const ask = (node: TestApp) => untilKnown(() => node.ask(mine[index]?.accessToken));
      const verdicts = [await ask(one), await ask(two)];
      if (typeof answer === 'number') expect(verdicts).toEqual([REVOKED, REVOKED]);
      else expect(answer).toMatch(/^(AUTH_UNAVAILABLE|LOGOUT_UNCONFIRMED)$/);
    }
  }
});

test('a transaction that is cut off before its COMMIT has not happened, and the session lives on', async () => {
  const { one, two, url } = await startTwoNodes(ASKING);
  const { accessToken } = await one.register();
  await withDatabase(url, async (client) => {
    await client.query('BEGIN');
    await client.query('SELECT 1 FROM "RevocationState" FOR UPDATE');
    const answer = logOut(one, { token: accessToken });
    const waiting = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    let pids: number[] = [];
    while (pids.length === 0) pids = (await client.query(waiting)).rows.map(({ pid }) => pid);
    await client.query('SELECT pg_terminate_backend($1)', [pids[0]]);
    expect(await answer).toMatch(/^(AUTH_UNAVAILABLE|LOGOUT_UNCONFIRMED)$/);
    await client.query('ROLLBACK');
  });
  for (const node of [one, two]) expect(await untilKnown(() => node.ask(accessToken))).toBe('ok');
  expect(await untilKnown(() => logOut(one, { token: accessToken }))).toBe(1);
});

test('a server that has become read-only answers checks, takes no logout, and says so in its readiness', async () => {
  const { one, url } = await startTwoNodes(ASKING);
  const [leaving, dead] = [await one.register(), await one.login()];
  await logOut(one, { token: dead.accessToken });
  await setReadOnly(url, true);
  expect(await logOut(one, { token: leaving.accessToken })).toMatch(/^(AUTH_UNAVAILABLE|LOGOUT_UNCONFIRMED)$/);
  expect(await untilKnown(() => one.ask(dead.accessToken))).toBe(REVOKED);
  expect(await readiness(one)).toBe(503);
  await setReadOnly(url, false);
  while ((await readiness(one)) !== 200);
  expect(await untilKnown(() => logOut(one, { token: leaving.accessToken }))).toBe(1);
});

/** The node notices a cut connection only when it uses it; the next answer is right. */
async function untilKnown<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await ask();
    if (answer !== 'AUTH_UNAVAILABLE') return answer;
  }
}

test('a server that is out of connections makes the node wait or say so, and nothing is lost', async () => {
  const url = await makeDatabase();
  const limited = await asLimitedRole(url, 4);
  await withDatabase(url, async (client) => {
    await client.query(`GRANT ALL ON ALL TABLES IN SCHEMA public TO ${limited.role}`);
    await client.query(`GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO ${limited.role}`);
  });
  const app = await startNode(limited.url, { settings: { ...ASKING.settings, DATABASE_POOL_SIZE: '10', DOORBELL: 'off' } });
  const { accessToken } = await app.register();
  await cutConnections(url);
  const others: pg.Client[] = [];
  while (others.length < 4) others.push(await connectPatiently(limited.url));
  expect(await app.ask(accessToken)).toBe('AUTH_UNAVAILABLE');
  expect(await logOut(app, { token: accessToken })).toBe('AUTH_UNAVAILABLE');
  for (const other of others) await other.end();
  // The server needs a moment until the cut connections no longer count.
  let answer = await app.ask(accessToken);
  while (answer === 'AUTH_UNAVAILABLE') answer = await app.ask(accessToken);
  expect(answer).toBe('ok');
  // The members are read over another connection, for which there may be no room yet. Then the session has ended, and it is safe to ask again.
  let ended = await logOut(app, { token: accessToken });
  const expected = ended === 'LOGOUT_UNCONFIRMED' ? 0 : 1;
  while (ended === 'LOGOUT_UNCONFIRMED') ended = await logOut(app, { token: accessToken });
  expect(ended).toBe(expected);
  await app.app.close();
  await withDatabase(url, (client) => client.query(`DROP OWNED BY ${limited.role}`));
});

/** The server needs a moment until cut connections no longer count; until then it refuses new ones. */
async function connectPatiently(url: string): Promise<pg.Client> {
  for (;;) {
    const client = new pg.Client(url);
    try {
      await client.connect();
      return client;
    } catch (error) {
      if ((error as { code?: string }).code !== '53300') throw error;
    }
  }
}

test('more requests at once than there are connections are all answered', async () => {
  const url = await makeDatabase();
  const app = await startNode(url, { settings: { DATABASE_POOL_SIZE: '2' } });
  const { accessToken } = await app.register();
  const logins = await Promise.all(Array.from({ length: 20 }, () => app.login()));
  expect(await Promise.all(Array.from({ length: 50 }, () => app.ask(accessToken)))).toEqual(Array(50).fill('ok'));
  expect(await Promise.all(logins.map((tokens) => logOut(app, { token: tokens.accessToken })))).toEqual(Array(20).fill(1));
});
