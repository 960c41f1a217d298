/** The feed for verifiers over a real socket, on SQLite and on PostgreSQL: members, renewals, pages, acknowledgements, bells, and bad input. */
import { expect, test } from 'vitest';
import { startApp, type TestApp, type TestOptions } from '../support/app/start-app.js';
import { writeRows } from '../support/database/stored-rows.js';
import { createService, freshNonce, openFeed } from '../support/feed/raw-feed.js';
import { logOutTold } from '../support/postgresql/lease-nodes.js';

const OFF = { METRICS_PORT: 'off', LEASE: '300ms' };
/** Longer than any test: what is answered within it was not waited for. */
const LONG = { ...OFF, LEASE: '60s' };

async function start(settings: Record<string, string> = OFF, options: TestOptions = {}) {
  const server = await startApp({ ...options, settings });
  return { server, feed: await openFeed(server) };
}

async function member(server: Awaited<ReturnType<typeof start>>['feed']): Promise<string> {
  const { status, body } = await server.register();
  expect(status).toBe(200);
  return body.member;
}

async function listNodes({ app }: Pick<TestApp, 'app'>) {
  const listed = await app.administration.listNodes({});
  return listed.kind === 'done' ? listed.result : [];
}

test('a verifier registers, renews its lease and leaves [R32]', async () => {
  const { feed } = await start();
  const registered = await feed.register();
  expect(registered.headers.get('cache-control')).toBe('no-store');
  expect(registered).toMatchObject({ status: 200, body: { member: expect.stringMatching(/^[\w-]{22}$/), granted: 300 } });
  const { member, clusterId } = registered.body;
  const nonce = freshNonce();
  const { status, body, headers } = await feed.renew({ member, nonce, leaseMs: 250 });
  expect(headers.get('cache-control')).toBe('no-store');
  expect({ status, body }).toEqual({
    status: 200,
    body: {
      nonce,
      clusterId,
      isMember: true,
      isRenewed: true,
      isStandby: false,
      granted: 250,
      databaseNow: expect.any(Number),
      version: 0,
      generation: 1,
      sessionsSince: 0,
      prunedBefore: expect.any(Number),
      rows: [],
      keys: [expect.objectContaining({ kid: expect.any(String), alg: 'ES256', kty: 'EC' })],
      issuer: 'latchkey',
    },
  });
  expect(JSON.stringify(body.keys)).not.toContain('"d"');
  expect(Math.abs(body.databaseNow - Date.now())).toBeLessThan(60_000);
  expect(await feed.leave(member)).toBe(204);
  expect(await feed.leave(member)).toBe(404);
  expect((await feed.renew({ member })).body).toMatchObject({ isMember: false, isRenewed: false, granted: 0 });
});

test('a logout is acknowledged by a verifier that renews after the bell, long before its lease is over [R22] [R33]', async () => {
  const { server, feed } = await start(LONG);
  const id = await member(feed);
  const { accessToken } = await server.register();
  const stream = await feed.stream();
  await feed.renew({ member: id, leaseMs: 60_000 });
  const answered = logOutTold(server, accessToken);
  const { data } = await stream.hear(({ event }) => event === 'bell');
  expect(data).toMatchObject({ version: 1, since: 0, rows: [[expect.any(String), expect.any(Number)]] });
  const renewed = await feed.renew({ member: id, applied: 1, leaseMs: 60_000 });
  expect(renewed.body).toMatchObject({ isMember: true, isRenewed: true, granted: 60_000, version: 1, rows: [] });
  expect((await answered).confirmation).toMatchObject({ by: 'ACKNOWLEDGED', nodes: 2, acknowledged: 2 });
});

test('a logout waits for a silent verifier until its lease is over and no longer, and then removes it [R22] [R23]', async () => {
  const { server, feed } = await start();
  const id = await member(feed);
  await feed.renew({ member: id, leaseMs: 300 });
  const { accessToken } = await server.register();
  const first = await logOutTold(server, accessToken);
  expect(first.confirmation).toMatchObject({ by: 'LEASE_EXPIRY', nodes: 2, acknowledged: 1 });
  expect(first.confirmation.waitedMs).toBeGreaterThanOrEqual(1.03 * 300 + 10);
  for (let isThere = true; isThere; ) {
    const { confirmation } = await logOutTold(server, (await server.login()).accessToken);
    isThere = confirmation.by === 'LEASE_EXPIRY';
  }
  expect((await feed.renew({ member: id, renewal: 5 })).body).toMatchObject({ isMember: false, isRenewed: false, granted: 0 });
});

test('after a restart a logout waits for the lease that a row may still hold [R22]', async () => {
  const { server, feed } = await start();
  const { accessToken } = await server.register();
  await member(feed);
  const again = await server.restart();
  const { confirmation } = await logOutTold(again, accessToken);
  expect(confirmation).toMatchObject({ by: 'LEASE_EXPIRY', nodes: 2, acknowledged: 1 });
  expect(confirmation.waitedMs).toBeGreaterThanOrEqual(1.03 * 300 + 10);
});

test('the rows of a long log come in pages, and only the last answer renews [R34]', async () => {
  const { server } = await start();
  await server.app.close();
  const instant = new Date(server.clock.now() + 3_600_000).toISOString().replace('Z', '+00:00');
  // One version has more rows than a page, as after a repair.
  writeRows(
    server.dataDir,
    `WITH RECURSIVE counter(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM counter WHERE n < 20004)
      INSERT INTO BlacklistedToken (id, kind, userId, reason, revokedAt, revokedUntil, version)
      SELECT 'id' || CAST(n AS TEXT), 'jti', 'nobody', 'LOGOUT', '${instant}', '${instant}', CASE WHEN n < 3 THEN n + 1 ELSE 4 END FROM counter;
    UPDATE RevocationState SET version = 4`,
  );
  const again = await server.restart();
  const feed = await openFeed(again);
  const id = await member(feed);
  const ids: string[] = [];
  let cursor: string | undefined;
  const answers: unknown[] = [];
  do {
    const { body } = await feed.renew({ member: id, applied: 1, ...(cursor === undefined ? {} : { cursor }) });
    ids.push(...body.rows.map(([row]) => row));
    answers.push([body.rows.length, body.isMember, body.isRenewed, body.granted, body.version]);
    cursor = body.cursor;
  } while (cursor !== undefined);
  expect(answers).toEqual([
    [10_000, true, false, 0, 4],
    [10_000, true, false, 0, 4],
    [4, true, true, 100, 4],
  ]);
  expect(new Set(ids).size).toBe(20_004);
  expect(ids).not.toContain('id0');
  expect(new Set(ids).has('id1') && new Set(ids).has('id20004')).toBe(true);
});

test('an answer of exactly one page is whole [R34]', async () => {
  const { server } = await start();
  await server.app.close();
  const instant = new Date(server.clock.now() + 3_600_000).toISOString().replace('Z', '+00:00');
  writeRows(
    server.dataDir,
    `WITH RECURSIVE counter(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counter WHERE n < 10000)
      INSERT INTO BlacklistedToken (id, kind, userId, reason, revokedAt, revokedUntil, version)
      SELECT 'id' || CAST(n AS TEXT), 'jti', 'nobody', 'LOGOUT', '${instant}', '${instant}', n FROM counter;
    UPDATE RevocationState SET version = 10000`,
  );
  const feed = await openFeed(await server.restart());
  const { body } = await feed.renew({ member: await member(feed) });
  expect({ ...body, rows: body.rows.length }).toMatchObject({ rows: 10_000, isRenewed: true, granted: 100 });
  expect(body.cursor).toBeUndefined();
});

test('a request that comes twice, or late, renews nothing and costs no membership [R32]', async () => {
  const { feed } = await start();
  const id = await member(feed);
  const nonce = freshNonce();
  const twice = [1, 2].map(() => feed.renew({ member: id, renewal: 7, nonce }));
  const answers = await Promise.all(twice);
  expect(answers.map(({ body }) => body.isRenewed).sort()).toEqual([false, true]);
  expect(answers.map(({ body }) => body.granted).sort()).toEqual([0, 100]);
  expect(answers.every(({ body }) => body.isMember)).toBe(true);
  expect((await feed.renew({ member: id, renewal: 6 })).body).toMatchObject({ isMember: true, isRenewed: false, granted: 0 });
  expect((await feed.renew({ member: id, renewal: 2 ** 31 - 1 })).body).toMatchObject({ isRenewed: true });
  expect((await feed.renew({ member: id, renewal: 2 ** 31 })).status).toBe(400);
});

test('a member of another credential, and the row of a node, are out of reach [R32]', async () => {
  const { server, feed } = await start(LONG);
  const other = await openFeed(server, await createService(server, 'invoices'));
  const id = await member(feed);
  expect((await other.renew({ member: id })).body).toMatchObject({ isMember: false, isRenewed: false, granted: 0 });
  expect(await other.leave(id)).toBe(404);
  const nodes = await listNodes(server);
  for (const { id: node } of nodes.filter(({ kind }) => kind === 'node')) {
    const before = nodes.find((each) => each.id === node);
    expect((await feed.renew({ member: node, renewal: 2 ** 31 - 1 })).body).toMatchObject({
      isMember: false,
      isRenewed: false,
      granted: 0,
    });
    expect(await feed.leave(node)).toBe(404);
    expect((await listNodes(server)).find((each) => each.id === node)?.renewals).toBeLessThan(2 ** 31 - 1);
    expect(before?.credentialId).toBeNull();
  }
  expect((await feed.renew({ member: id })).body).toMatchObject({ isMember: true, isRenewed: true });
});

test('nobody acknowledges for another member, or what the log does not have [R33]', async () => {
  const { server, feed } = await start({ ...OFF, LEASE: '2s' });
  const other = await openFeed(server, await createService(server, 'invoices'));
  const id = await member(feed);
  await feed.renew({ member: id });
  const { accessToken } = await server.register();
  const stream = await feed.stream();
  const answered = logOutTold(server, accessToken);
  await stream.hear(({ event }) => event === 'bell');
  expect((await other.renew({ member: id, applied: 1 })).body).toMatchObject({ isMember: false });
  expect((await feed.renew({ member: id, applied: 2 })).body).toMatchObject({ isMember: false, isRenewed: false, granted: 0, version: 1 });
  expect((await feed.renew({ member: id, applied: 2 ** 52 })).body).toMatchObject({ isMember: false, version: 1 });
  expect((await answered).confirmation).toMatchObject({ by: 'LEASE_EXPIRY' });
  const row = (await listNodes(server)).find((each) => each.id === id);
  expect(row?.acknowledged ?? 0).toBe(0);
});

test('a lease is no longer than that of the node, and than what the row says [R32]', async () => {
  const { feed } = await start();
  const short = (await feed.register({ leaseMs: 120 })).body;
  expect(short.granted).toBe(120);
  expect((await feed.renew({ member: short.member, leaseMs: 300 })).body).toMatchObject({ isRenewed: true, granted: 120 });
  expect((await feed.register({ leaseMs: 301 })).status).toBe(400);
  const long = await feed.renew({ member: short.member, leaseMs: 301 });
  expect(long.status).toBe(400);
  expect(long.body.errors[0]?.message).toContain('at most 300 ms');
  // Nobody waits for a bounded verifier.
  expect((await feed.renew({ leaseMs: 60_000 })).body).toMatchObject({ isMember: false, isRenewed: false, granted: 60_000 });
  expect((await listNodes({ app: (await start()).server.app })).filter(({ kind }) => kind === 'verifier')).toEqual([]);
});
