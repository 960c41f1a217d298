/** Several nodes with leases on one database: an answered logout holds on all of them, and the check asks nothing. */
import { expect, test } from 'vitest';
import { readConfig } from '../../src/config/config.js';
import { openData } from '../../src/data.js';
import { createLog } from '../../src/lib/log.js';
import { TEST_PASSWORD_COST } from '../support/app/launch-app.js';
import { EMAIL } from '../support/app/requests.js';
import { makeFolder } from '../support/app/start-app.js';
import { mutate } from '../support/mutations/mutations.js';
import {
  addDeadNode,
  check,
  joinNodes,
  LONG,
  listNodes,
  logOutTold,
  readFigure,
  startLeaseNodes,
} from '../support/postgresql/lease-nodes.js';
import { POSTGRES_SECRET } from '../support/postgresql/postgresql.js';

const REVOKED = 'UNAUTHENTICATED TOKEN_REVOKED';
const SHORT = { LEASE: '100ms' };
const DEAF = { DOORBELL: 'off' };

test('when a logout answers on one of three nodes the others refuse the token, long before any lease is over [R22]', async () => {
  const { nodes } = await startLeaseNodes([LONG, LONG, LONG]);
  const [one, two, three] = nodes as [(typeof nodes)[0], (typeof nodes)[0], (typeof nodes)[0]];
  const { accessToken } = await one.register();
  for (const node of nodes) expect(await check(node, accessToken)).toBe('ok');
  const told = await logOutTold(two, accessToken);
  expect(told).toMatchObject({ endedSessions: 1, confirmation: { by: 'ACKNOWLEDGED', nodes: 3, acknowledged: 3 } });
  for (const node of [one, two, three]) expect(await check(node, accessToken)).toBe(REVOKED);
});

test('while a lease holds the check of an authorized request asks the database nothing [R21]', async () => {
  const { nodes } = await startLeaseNodes([LONG, LONG]);
  const [one, two] = nodes as [(typeof nodes)[0], (typeof nodes)[0]];
  const { accessToken } = await one.register();
  expect(await check(two, accessToken)).toBe('ok');
  const read = () =>
    Promise.all(['latchkey_database_operations_total', 'latchkey_lease_read_throughs_total'].map((name) => readFigure(two, name)));
  const before = await read();
  for (let count = 0; count < 25; count += 1) expect(await check(two, accessToken)).toBe('ok');
  expect(await read()).toEqual(before);
});

test('all that ends tokens on one node is in force on the others when it answers [R22]', async () => {
  const { nodes } = await startLeaseNodes([LONG, LONG]);
  const [one, two] = nodes as [(typeof nodes)[0], (typeof nodes)[0]];
  const first = await one.register();
  const { administration } = one.app;
  const { result } = (await administration.listKeys()) as { result: { kid: string }[] };
  const acts = [
    () => administration.setUserRoles({ user: EMAIL, roles: ['EDITOR'] }),
    () => administration.revokeUserSessions({ user: EMAIL }),
    () => administration.revokeAllSessions({}),
    () => administration.revokeKey({ kid: result[0]?.kid ?? '' }),
    () => administration.disableUser({ user: EMAIL }),
  ];
  let { accessToken } = first;
  for (const act of acts) {
    expect(await check(two, accessToken)).toBe('ok');
    expect(await act()).toMatchObject({ kind: 'done' });
    expect(await check(two, accessToken)).toMatch(/^UNAUTHENTICATED TOKEN_(REVOKED|INVALID)$/);
    if (act !== acts.at(-1)) ({ accessToken } = await one.login());
  }
});

test('without doorbells a logout waits until no lease can be alive [R22] [R24]', async () => {
  const { nodes } = await startLeaseNodes([DEAF, DEAF]);
  const [one, two] = nodes as [(typeof nodes)[0], (typeof nodes)[0]];
  const { accessToken } = await one.register();
  expect(await check(two, accessToken)).toBe('ok');
  const { confirmation } = await logOutTold(one, accessToken);
  expect(confirmation).toMatchObject({ by: 'LEASE_EXPIRY', nodes: 2, acknowledged: 1 });
  expect(confirmation.waitedMs).toBeGreaterThanOrEqual(1.03 * 300);
  expect(await check(two, accessToken)).toBe(REVOKED);
});

test('a node that is dead holds a logout up for its lease and no longer, and its row goes [R22] [R23]', async () => {
  const { nodes, url } = await startLeaseNodes([SHORT, SHORT]);
  const [one, two] = nodes as [(typeof nodes)[0], (typeof nodes)[0]];
  await addDeadNode(url, 400);
  const { accessToken } = await one.register();
  const { confirmation } = await logOutTold(one, accessToken);
  expect(confirmation).toMatchObject({ by: 'LEASE_EXPIRY', nodes: 3 });
  expect(confirmation.waitedMs).toBeGreaterThanOrEqual(1.03 * 400);
  expect(await check(two, accessToken)).toBe(REVOKED);
  let listed = await listNodes(url);
  while (listed.includes('dead')) listed = await listNodes(url);
  expect(listed).toHaveLength(2);
});

test('a logout that is repeated on another node waits like the first [R22]', async () => {
  const { nodes, url } = await startLeaseNodes([SHORT, SHORT]);
  const [one, two] = nodes as [(typeof nodes)[0], (typeof nodes)[0]];
  await addDeadNode(url, 400);
  const { accessToken } = await one.register();
  const [first, second] = await Promise.all([logOutTold(one, accessToken), logOutTold(two, accessToken)]);
  expect(first.endedSessions + second.endedSessions).toBe(1);
  for (const { confirmation } of [first, second]) expect(confirmation.waitedMs).toBeGreaterThanOrEqual(1.03 * 400);
});

test('a wrong password or an unknown token waits for nobody', async () => {
  const { nodes, url } = await startLeaseNodes([LONG]);
  const [one] = nodes as [(typeof nodes)[0]];
  await one.register();
  await addDeadNode(url, 60_000);
  const login = await mutate(one, 'login', { email: EMAIL, password: 'not the password' }, 'userErrors { code }');
  expect(login.data?.login).toEqual({ userErrors: [{ code: 'INVALID_CREDENTIALS' }] });
  const answer = await one.send('mutation { logout(input: { refreshToken: "lkr_unknown" }) { confirmation { by } userErrors { code } } }');
  expect(answer.data?.logout).toEqual({ confirmation: null, userErrors: [{ code: 'INVALID_REFRESH_TOKEN' }] });
});

test('a login of a new generation is accepted by a node that has not heard of the generation [R21]', async () => {
  const { nodes } = await startLeaseNodes([LONG, { ...LONG, ...DEAF }]);
  const [one, two] = nodes as [(typeof nodes)[0], (typeof nodes)[0]];
  const { accessToken } = await one.register();
  expect(await check(two, accessToken)).toBe('ok');
  // It can't answer before the lease of the node that hears nothing has ended.
  const ending = one.app.administration.revokeAllSessions({}).catch((error: { code: string }) => error.code);
  while ((await check(one, accessToken)) === 'ok');
  const again = await one.login();
  expect(await check(two, again.accessToken)).toBe('ok');
  await one.app.close();
  expect(await ending).toBe('LOGOUT_UNCONFIRMED');
});

test('an operator sees the nodes, by command and by /metrics', async () => {
  const { nodes, url } = await startLeaseNodes([LONG, LONG]);
  const [one] = nodes as [(typeof nodes)[0]];
  const { result } = (await one.app.administration.listNodes()) as { result: { id: string; leaseMs: number; renewals: number }[] };
  expect(result.map(({ id }) => id).sort()).toEqual((await listNodes(url)).sort());
  for (const { leaseMs, renewals } of result) expect([leaseMs, renewals > 0]).toEqual([60_000, true]);
  await logOutTold(one, (await one.register()).accessToken);
  expect(await readFigure(one, 'latchkey_nodes')).toBe(2);
  expect(await readFigure(one, 'latchkey_revocation_latency_seconds_count{by="acknowledged"}')).toBe(1);
});

test('a node that stops gives its lease back, and nobody waits for it [R23]', async () => {
  const { nodes, url } = await startLeaseNodes([LONG, LONG]);
  const [one, two] = nodes as [(typeof nodes)[0], (typeof nodes)[0]];
  const { accessToken } = await one.register();
  expect(await listNodes(url)).toHaveLength(2);
  await two.app.close();
  expect(await listNodes(url)).toHaveLength(1);
  expect((await logOutTold(one, accessToken)).confirmation).toMatchObject({ by: 'SINGLE_NODE', nodes: 1 });
});

test('a command without a server waits for the nodes that run', async () => {
  const { nodes, url } = await startLeaseNodes([LONG]);
  const [one] = nodes as [(typeof nodes)[0]];
  const { accessToken } = await one.register();
  expect(await check(one, accessToken)).toBe('ok');
  const config = readConfig({ DATA_DIR: makeFolder(), DATABASE_URL: url, LATCHKEY_SECRET: POSTGRES_SECRET });
  const { commands, close } = await openData({ config, log: createLog('silent'), passwordCost: TEST_PASSWORD_COST }, 'a command');
  expect(await commands.revokeUserSessions({ user: EMAIL })).toMatchObject({ kind: 'done' });
  expect(await check(one, accessToken)).toBe(REVOKED);
  await close();
  expect(await listNodes(url)).toHaveLength(1);
});

test('a node in mode database makes its logouts wait for those with leases, and is waited for by nobody [R22]', async () => {
  const { nodes, url } = await startLeaseNodes([LONG]);
  const [one] = nodes as [(typeof nodes)[0]];
  const plain = await joinPlain(url);
  const { accessToken } = await one.register();
  expect(await check(one, accessToken)).toBe('ok');
  expect((await logOutTold(plain, accessToken)).confirmation).toMatchObject({ by: 'ACKNOWLEDGED', nodes: 2 });
  expect([await check(one, accessToken), await check(plain, accessToken)]).toEqual([REVOKED, REVOKED]);
});

function joinPlain(url: string) {
  return joinNodes(url, { REVOCATION_CHECK: 'database' }, {});
}
