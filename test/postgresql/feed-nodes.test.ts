/** The feed on several nodes: a verifier speaks to any of them, and a logout on any of them waits for it. */
import { expect, test } from 'vitest';
import { readConfig } from '../../src/config/config.js';
import { openData } from '../../src/data.js';
import { createLog } from '../../src/lib/log.js';
import { TEST_PASSWORD_COST } from '../support/app/launch-app.js';
import { EMAIL } from '../support/app/requests.js';
import { makeFolder, type TestApp } from '../support/app/start-app.js';
import { createService, openFeed, type RawFeed } from '../support/feed/raw-feed.js';
import { joinNodes, logOutTold, readFigure, startLeaseNodes } from '../support/postgresql/lease-nodes.js';
import { setReadOnly } from '../support/postgresql/outages.js';
import { POSTGRES_SECRET, withDatabase } from '../support/postgresql/postgresql.js';

const OFF = { METRICS_PORT: 'off' };
const LONG = { ...OFF, LEASE: '60s' };
const SHORT = { ...OFF, LEASE: '300ms' };

async function startTwo(settings: Record<string, string>, others = settings) {
  const { nodes, url } = await startLeaseNodes([settings, others]);
  const [one, two] = nodes as [TestApp, TestApp];
  return { one, two, url };
}

async function joinFeed(node: TestApp, leaseMs: number, service?: { id: string; credential: string }) {
  const feed = await openFeed(node, service);
  const { body } = await feed.register();
  expect((await feed.renew({ member: body.member, leaseMs })).body).toMatchObject({ isRenewed: true, granted: leaseMs });
  return { feed, member: body.member };
}

/** Applies each bell and renews, as a verifier does. */
async function answerBell(feed: RawFeed, member: string, leaseMs: number): Promise<() => Promise<unknown>> {
  const stream = await feed.stream();
  await stream.hear(({ event, data }) => event === 'hearing' && data.isHearing === true);
  return async () => {
    const { data } = await stream.hear(({ event }) => event === 'bell');
    return (await feed.renew({ member, applied: data.version, leaseMs })).body;
  };
}

test('a verifier of one node acknowledges the logout of another, long before any lease is over [R22] [R33]', async () => {
  const { one, two } = await startTwo(LONG);
  const { feed, member } = await joinFeed(two, 60_000);
  const { accessToken } = await one.register();
  const answer = await answerBell(feed, member, 60_000);
  const [told] = await Promise.all([logOutTold(one, accessToken), answer()]);
  expect(told.confirmation).toMatchObject({ by: 'ACKNOWLEDGED', nodes: 3, acknowledged: 3 });
});

test('several verifiers of one node each acknowledge, and none of them hides another [R33]', async () => {
  const { one, two } = await startTwo(LONG);
  const service = await createService(two);
  const joined = await Promise.all(Array.from({ length: 6 }, () => joinFeed(two, 60_000, service)));
  const { accessToken } = await one.register();
  const answers = await Promise.all(joined.map(({ feed, member }) => answerBell(feed, member, 60_000)));
  const [told] = await Promise.all([logOutTold(one, accessToken), ...answers.map((answer) => answer())]);
  expect(told.confirmation).toMatchObject({ by: 'ACKNOWLEDGED', nodes: 8, acknowledged: 8 });
});

test('a node that hears nobody answers from the database, and says that it is deaf [R32]', async () => {
  const { one, two } = await startTwo(SHORT, { ...SHORT, DOORBELL: 'off' });
  const { feed, member } = await joinFeed(two, 300);
  const stream = await feed.stream();
  expect((await stream.hear(({ event }) => event === 'hearing')).data).toEqual({ isHearing: false });
  const { accessToken } = await one.register();
  const { body } = await feed.renew({ member });
  expect(body).toMatchObject({ version: 0, rows: [] });
  let isOver = false;
  const told = logOutTold(one, accessToken).finally(() => {
    isOver = true;
  });
  // It polls, and finds the commit although no bell came.
  let applied = 0;
  while (!isOver) applied = (await feed.renew({ member, applied, leaseMs: 300 })).body.version;
  expect(applied).toBe(1);
  expect((await told).confirmation.nodes).toBe(3);
});

test('every mode serves verifiers and waits for them, and so does a command without a server [R32]', async () => {
  const { nodes, url } = await startLeaseNodes([SHORT]);
  const plain = await joinNodes(url, { ...SHORT, REVOCATION_CHECK: 'database' }, {});
  const { feed, member } = await joinFeed(plain, 300);
  await (nodes[0] as TestApp).app.close();
  const { accessToken } = await plain.register();
  const { confirmation } = await logOutTold(plain, accessToken);
  expect(confirmation).toMatchObject({ by: 'LEASE_EXPIRY', nodes: 2, acknowledged: 1 });
  expect(confirmation.waitedMs).toBeGreaterThanOrEqual(1.03 * 300 + 10);
  await feed.renew({ member, leaseMs: 300 });
  await plain.login();
  const config = readConfig({ DATA_DIR: makeFolder(), DATABASE_URL: url, LATCHKEY_SECRET: POSTGRES_SECRET, LEASE: '100ms' });
  const { commands, close } = await openData({ config, log: createLog('silent'), passwordCost: TEST_PASSWORD_COST }, 'a command');
  const answer = await answerBell(feed, member, 300);
  const begun = performance.now();
  const [ended] = await Promise.all([commands.revokeUserSessions({ user: EMAIL }), answer()]);
  expect(ended).toMatchObject({ kind: 'done' });
  expect(performance.now() - begun).toBeGreaterThan(0);
  await close();
});

test('a credential that is revoked on one node has no stream and no lease on another [R35]', async () => {
  const { one, two } = await startTwo(SHORT);
  const { feed, member } = await joinFeed(two, 300);
  const stream = await feed.stream();
  await stream.hear(({ event, data }) => event === 'hearing' && data.isHearing === true);
  const begun = performance.now();
  expect(await one.app.administration.revokeServiceCredential({ id: feed.id })).toMatchObject({ kind: 'done' });
  expect(performance.now() - begun).toBeGreaterThanOrEqual(1.03 * 300 + 10);
  await stream.ended;
  expect((await feed.renew({ member })).status).toBe(401);
  expect((await logOutTold(one, (await one.register()).accessToken)).confirmation).toMatchObject({ by: 'LEASE_EXPIRY', nodes: 3 });
});

test('a standby grants nothing [R32]', async () => {
  const { nodes, url } = await startLeaseNodes([SHORT]);
  const { feed, member } = await joinFeed(nodes[0] as TestApp, 300);
  await setReadOnly(url, true);
  let body = (await feed.renew({ member, leaseMs: 300 })).body;
  while (body.isStandby !== true) ({ body } = await feed.renew({ member, leaseMs: 300 }));
  expect(body).toMatchObject({ isStandby: true, isMember: false, isRenewed: false, granted: 0, rows: [], keys: [] });
  await setReadOnly(url, false);
  while (body.isRenewed !== true) ({ body } = await feed.renew({ member, leaseMs: 300 }));
});

test('registrations on two nodes at the same time do not exceed the limit [R32]', async () => {
  const { one, two, url } = await startTwo({ ...SHORT, LEASE: '60s', MAX_VERIFIERS: '3' });
  const service = await createService(one);
  const feeds = await Promise.all([one, two].map((node) => openFeed(node, service)));
  const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => (feeds[index % 2] as RawFeed).register()));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, ...Array.from({ length: 7 }, () => 429)]);
  const { rows } = await withDatabase(url, (client) => client.query(`SELECT "id" FROM "Node" WHERE "kind" = 'verifier'`));
  expect(rows).toHaveLength(3);
});

test('an operator sees the verifiers, with the name, the lease and the lag, by command, doctor and /metrics', async () => {
  const { one, two } = await startTwo(LONG);
  const { feed, member } = await joinFeed(two, 60_000);
  const { accessToken } = await one.register();
  const answer = await answerBell(feed, member, 60_000);
  await Promise.all([logOutTold(one, accessToken), answer()]);
  const listed = await one.app.administration.listNodes();
  const verifiers = listed.kind === 'done' ? listed.result.filter(({ kind }) => kind === 'verifier') : [];
  expect(verifiers).toMatchObject([{ id: member, service: 'orders', credentialId: feed.id, leaseMs: 60_000, acknowledged: 1, lag: 0 }]);
  const examined = await one.app.administration.examine();
  const findings = examined.kind === 'done' ? examined.result : [];
  expect(findings.find(({ check }) => check === 'verifiers')).toMatchObject({ isRight: true, found: expect.stringContaining('orders') });
  expect(await readFigure(one, 'latchkey_nodes')).toBe(2);
  expect(await readFigure(one, 'latchkey_verifiers')).toBe(1);
  expect(await readFigure(two, 'latchkey_feed_streams')).toBe(1);
  expect(await readFigure(two, 'latchkey_verifier_registrations_total{service="orders"}')).toBe(1);
  expect(await readFigure(two, 'latchkey_verifier_renewals_total')).toBe(2);
});
