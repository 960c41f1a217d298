/** What nodes tell each other over NOTIFY: doorbells bring the rows of a logout, and what no node has signed has no effect. */
import type pg from 'pg';
import { expect, test } from 'vitest';
import type { TestApp } from '../support/app/start-app.js';
import { addDeadNode, check, LONG, logOutTold, readFigure, startLeaseNodes } from '../support/postgresql/lease-nodes.js';
import { withDatabase } from '../support/postgresql/postgresql.js';
import { decode } from '../support/tokens/tokens.js';

const CHANNEL = 'latchkey_revocation';
const REVOKED = 'UNAUTHENTICATED TOKEN_REVOKED';
const SHORT = { LEASE: '100ms' };

async function startTwo(settings: Record<string, string>): Promise<{ one: TestApp; two: TestApp; url: string }> {
  const { nodes, url } = await startLeaseNodes([settings, settings]);
  const [one, two] = nodes as [TestApp, TestApp];
  return { one, two, url };
}

/** Collects the messages of the channel as any role of the database can. */
async function overhear(client: pg.Client): Promise<string[]> {
  const heard: string[] = [];
  client.on('notification', ({ payload = '' }) => heard.push(payload));
  await client.query(`LISTEN ${CHANNEL}`);
  return heard;
}

async function readLog(client: pg.Client): Promise<{ version: number; clusterId: string }> {
  const { rows } = await client.query('SELECT "version"::int, "clusterId" FROM "RevocationState"');
  return rows[0];
}

/** Sends a text without a MAC, with an invented one, and with those of real messages. */
async function forge(client: pg.Client, text: string, heard: readonly string[]): Promise<void> {
  const signed = [...heard.map((message) => message.slice(0, 22)), 'A'.repeat(22), ''].map((mac) => `${mac} ${text}`);
  for (const message of [text, ...signed]) await client.query('SELECT pg_notify($1, $2)', [CHANNEL, message]);
}

test('a doorbell brings the rows of a logout, so the other node need not ask the database [R24]', async () => {
  const { one, two } = await startTwo(LONG);
  const { accessToken } = await one.register();
  expect(await check(two, accessToken)).toBe('ok');
  const before = await readFigure(two, 'latchkey_lease_refreshes_total');
  expect((await logOutTold(one, accessToken)).confirmation).toMatchObject({ by: 'ACKNOWLEDGED', nodes: 2, acknowledged: 2 });
  expect(await check(two, accessToken)).toBe(REVOKED);
  expect(await readFigure(two, 'latchkey_lease_refreshes_total')).toBe(before);
});

test('a new generation comes with its doorbell too [R17]', async () => {
  const { one, two } = await startTwo(LONG);
  const { accessToken } = await one.register();
  expect(await check(two, accessToken)).toBe('ok');
  const before = await readFigure(two, 'latchkey_lease_refreshes_total');
  expect(await one.app.administration.revokeAllSessions({})).toMatchObject({ kind: 'done' });
  expect((await two.send('{ ownName }', { token: accessToken })).errors?.[0]?.extensions).toMatchObject({ sessionEnded: true });
  expect(await readFigure(two, 'latchkey_lease_refreshes_total')).toBe(before);
});

test('a doorbell that no node has signed revokes nothing [R14] [R24]', async () => {
  const { one, two, url } = await startTwo(LONG);
  const { accessToken } = await one.register();
  const { sid } = decode(accessToken).claims;
  await withDatabase(url, async (client) => {
    const heard = await overhear(client);
    await logOutTold(one, (await one.login()).accessToken);
    const { version, clusterId } = await readLog(client);
    const content = JSON.stringify([version + 1, clusterId, version, 1, 0, 0, [[sid, 4_000_000_000_000]]]);
    expect(heard.some((message) => message.includes(`[${version},"${clusterId}",${version - 1},`))).toBe(true);
    await forge(client, `doorbell somebody ${content}`, heard);
  });
  // Messages arrive in order, so the forged ones have arrived when this logout is acknowledged.
  const { confirmation } = await logOutTold(one, (await one.login()).accessToken);
  expect(confirmation).toMatchObject({ by: 'ACKNOWLEDGED', nodes: 2 });
  expect([await check(one, accessToken), await check(two, accessToken)]).toEqual(['ok', 'ok']);
});

test('an acknowledgement that no node has signed does not shorten the wait for a silent node [R22] [R24]', async () => {
  const { one, two, url } = await startTwo(SHORT);
  const { accessToken } = await one.register();
  await withDatabase(url, async (client) => {
    const heard = await overhear(client);
    await logOutTold(one, (await one.login()).accessToken);
    await addDeadNode(url, 400);
    const { version, clusterId } = await readLog(client);
    let isAnswered = false;
    const answer = logOutTold(one, accessToken).finally(() => {
      isAnswered = true;
    });
    while (!isAnswered) await forge(client, `acknowledged dead ${JSON.stringify([version + 1, clusterId])}`, heard.slice(0, 8));
    const { confirmation } = await answer;
    expect(confirmation).toMatchObject({ by: 'LEASE_EXPIRY', nodes: 3 });
    expect(confirmation.waitedMs).toBeGreaterThanOrEqual(1.03 * 400);
  });
  expect(await check(two, accessToken)).toBe(REVOKED);
});

test('a logout with more rows than a message can carry is acknowledged like any other [R22]', async () => {
  const { one, two, url } = await startTwo(LONG);
  const { accessToken } = await one.register();
  expect(await check(two, accessToken)).toBe('ok');
  await withDatabase(url, async (client) => {
    await client.query(
      `INSERT INTO "Session" SELECT (json_populate_record(s, json_build_object('id', lpad(n::text, 22, 'x'), 'refreshFamilyHash', n))).*
       FROM "Session" s, generate_series(1, 250) n`,
    );
    const heard = await overhear(client);
    const logOutAll = 'mutation { logout(input: { scope: ALL }) { endedSessions confirmation { by nodes acknowledged waitedMs } } }';
    const { data } = await one.send(logOutAll, { token: accessToken });
    expect(data?.logout).toMatchObject({ endedSessions: 251, confirmation: { by: 'ACKNOWLEDGED', nodes: 2, acknowledged: 2 } });
    expect(await check(two, accessToken)).toBe(REVOKED);
    const { version } = await readLog(client);
    expect(heard.filter((message) => message.includes(' doorbell ')).map((message) => message.split(' ')[3])).toEqual([`[${version}]`]);
  });
});
