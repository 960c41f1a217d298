/** A node with a lease when the database is away, is read-only, or has lost commits, and when the node's clocks are wrong. */
import { expect, test } from 'vitest';
import { SYSTEM_LEASE_CLOCK } from '../../src/world.js';
import { startNode, type TestApp } from '../support/app/start-app.js';
import { check, joinNodes, LONG, logOutTold, readFigure, startLeaseNodes } from '../support/postgresql/lease-nodes.js';
import { cutConnections, loseLog, setReadOnly, setUnreachable } from '../support/postgresql/outages.js';
import { borrowDatabase, withDatabase } from '../support/postgresql/postgresql.js';
import { NameResolver } from '../support/resolvers/own-resolvers.js';

const REVOKED = 'UNAUTHENTICATED TOKEN_REVOKED';
const SHORT = { LEASE: '100ms' };

async function readiness({ app }: TestApp): Promise<string> {
  const { payload } = await app.server.inject({ url: '/readyz' });
  const { status, reason } = JSON.parse(payload) as { status: string; reason?: string };
  return reason ?? status;
}

/** Asks until the answer changes from `from` to `to`; any other answer fails. */
async function checkUntil(node: TestApp, token: string, from: string, to: string): Promise<void> {
  let answer = from;
  while (answer === from) answer = await check(node, token);
  expect(answer).toBe(to);
}

test('an outage shorter than the lease is not noticed by who is logged in, and doorbells are heard again after it [R21]', async () => {
  const { nodes, url } = await startLeaseNodes([LONG, LONG]);
  const [one, two] = nodes as [TestApp, TestApp];
  const { accessToken } = await one.register();
  expect(await check(two, accessToken)).toBe('ok');
  await setUnreachable(url, true);
  for (const node of [one, two]) expect([await check(node, accessToken), await readiness(node)]).toEqual(['ok', 'ok']);
  expect(await logOutTold(one, accessToken)).toMatchObject({ code: expect.stringMatching(/^(AUTH_UNAVAILABLE|LOGOUT_UNCONFIRMED)$/) });
  await setUnreachable(url, false);
  for (const node of [one, two]) while ((await readFigure(node, 'latchkey_lease_listening')) !== 1);
  expect((await logOutTold(one, accessToken)).confirmation).toMatchObject({ by: 'ACKNOWLEDGED', nodes: 2 });
  expect([await check(one, accessToken), await check(two, accessToken)]).toEqual([REVOKED, REVOKED]);
});

test('after the lease it is AUTH_UNAVAILABLE, never UNAUTHENTICATED, and the node recovers by itself [R21]', async () => {
  const { nodes, url } = await startLeaseNodes([SHORT, SHORT]);
  const [one, two] = nodes as [TestApp, TestApp];
  const { accessToken } = await one.register();
  await setUnreachable(url, true);
  for (const node of [one, two]) {
    await checkUntil(node, accessToken, 'ok', 'AUTH_UNAVAILABLE');
    expect(await readiness(node)).toBe('unreachable');
  }
  expect(await readFigure(one, 'latchkey_lease_denials_total{cause="unreachable"}')).toBeGreaterThan(0);
  await setUnreachable(url, false);
  for (const node of [one, two]) {
    await checkUntil(node, accessToken, 'AUTH_UNAVAILABLE', 'ok');
    expect(await readiness(node)).toBe('ok');
  }
});

test('a database that takes no writes gives no lease, and says why', async () => {
  const { nodes, url } = await startLeaseNodes([SHORT]);
  const [one] = nodes as [TestApp];
  const { accessToken } = await one.register();
  await setReadOnly(url, true);
  await checkUntil(one, accessToken, 'ok', 'AUTH_UNAVAILABLE');
  let reason = await readiness(one);
  while (reason === 'unreachable') reason = await readiness(one);
  expect(reason).toBe('standby');
  await setReadOnly(url, false);
  await checkUntil(one, accessToken, 'AUTH_UNAVAILABLE', 'ok');
});

test('connections that are cut while many ask cost nobody the session', async () => {
  const { nodes, url } = await startLeaseNodes([SHORT, SHORT]);
  const [one, two] = nodes as [TestApp, TestApp];
  const { accessToken } = await one.register();
  for (let round = 0; round < 3; round += 1) {
    const asked = Promise.all(Array.from({ length: 20 }, (_, index) => check(index % 2 === 0 ? one : two, accessToken)));
    await cutConnections(url);
    for (const answer of await asked) expect(['ok', 'AUTH_UNAVAILABLE']).toContain(answer);
  }
});

test('a wall clock that is an hour off gives no lease, and the node says so', async () => {
  const url = await borrowDatabase();
  const right = await joinNodes(url, SHORT, {});
  const { accessToken } = await right.register();
  const now = () => ({ ...SYSTEM_LEASE_CLOCK.now(), wall: Date.now() + 3_600_000 });
  const wrong = await startNode(url, { leaseClock: { now }, clock: right.clock });
  expect(await wrong.ask(accessToken)).toBe('AUTH_UNAVAILABLE');
  expect(await readiness(wrong)).toBe('clock-skew');
});

/** What the refusal of the token says of its session. */
async function sessionEndedOf({ send }: TestApp, token: string): Promise<unknown> {
  return (await send('{ me { id } }', { token })).errors?.[0]?.extensions.sessionEnded;
}

test('a database that has forgotten that all sessions ended is told again, and the repair ends none of the later ones [R17] [R25]', async () => {
  const url = await borrowDatabase();
  const one = await startNode(url, { resolvers: [NameResolver], settings: SHORT });
  const before = await one.register();
  await one.app.administration.revokeAllSessions({});
  const after = await one.login();
  const forget = 'UPDATE "RevocationState" SET "version" = 0, "generation" = 1, "sessionsSince" = 0, "allEndedAt" = NULL';
  await withDatabase(url, (client) => client.query(forget));
  let answer = await check(one, after.accessToken);
  while (answer === 'ok' || answer === 'AUTH_UNAVAILABLE') answer = await check(one, after.accessToken);
  expect([await sessionEndedOf(one, before.accessToken), await sessionEndedOf(one, after.accessToken)]).toEqual([true, false]);
  expect((await one.refresh(before.refreshToken)).codes).toEqual(['INVALID_REFRESH_TOKEN']);
  expect(await check(one, (await one.refresh(after.refreshToken)).tokens?.accessToken ?? '')).toBe('ok');
});

test.for([
  ['lease', SHORT],
  ['database', { REVOCATION_CHECK: 'database' }],
] as const)(
  'in mode %s a database that has lost a logout gets it back from a node that remembers, and every token of before is refused [R25]',
  async ([, settings]) => {
    const url = await borrowDatabase();
    const one = await startNode(url, { resolvers: [NameResolver], settings });
    const [left, other] = [await one.register(), await one.login()];
    await logOutTold(one, left.accessToken);
    await loseLog(url);
    let answer = await check(one, other.accessToken);
    while (answer === 'ok' || answer === 'AUTH_UNAVAILABLE') answer = await check(one, other.accessToken);
    expect([answer, await check(one, left.accessToken)]).toEqual([REVOKED, REVOKED]);
    // The repair ends no session but those whose end the node remembers [R31].
    expect([await sessionEndedOf(one, left.accessToken), await sessionEndedOf(one, other.accessToken)]).toEqual([true, false]);
    expect((await one.refresh(left.refreshToken)).codes).toEqual(['INVALID_REFRESH_TOKEN']);
    expect(await check(one, (await one.refresh(other.refreshToken)).tokens?.accessToken ?? '')).toBe('ok');
  },
);
