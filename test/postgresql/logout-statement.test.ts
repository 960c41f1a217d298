/** A logout is one statement on PostgreSQL: what it shows when it meets another transaction, and when its connection is cut. */
import { setTimeout } from 'node:timers/promises';
import type pg from 'pg';
import { expect, test } from 'vitest';
import type { Tokens } from '../support/app/requests.js';
import { logOut } from '../support/mutations/mutations.js';
import { check, LONG, startLeaseNodes } from '../support/postgresql/lease-nodes.js';
import { startTwoNodes } from '../support/postgresql/nodes.js';
import { withDatabase } from '../support/postgresql/postgresql.js';

const REVOKED = 'UNAUTHENTICATED TOKEN_REVOKED';

/** A node that learns of a commit only by its own statements: its next refresh is far off, and it hears no doorbell. */
async function startDeafNode() {
  const { nodes, url } = await startLeaseNodes([{ ...LONG, DOORBELL: 'off' }]);
  const [node] = nodes;
  if (node === undefined) throw new Error('no node has started');
  return { node, url };
}

/** Ends a session as another node does, in an open transaction. */
async function endFromOutside(client: pg.Client, { sid }: Tokens): Promise<void> {
  await client.query(`UPDATE "Session" SET "endedAt" = now(), "endedReason" = 'LOGOUT' WHERE "id" = $1`, [sid]);
  await client.query('UPDATE "RevocationState" SET "version" = "version" + 1');
  await client.query(
    `INSERT INTO "BlacklistedToken" ("id", "kind", "reason", "revokedAt", "revokedUntil", "version")
     SELECT $1, 'sid', 'LOGOUT', now(), '2040-01-01', "version" FROM "RevocationState"`,
    [sid],
  );
}

/** The backends whose logout waits for a lock, once there is one. */
async function waitingLogouts(url: string): Promise<number[]> {
  return withDatabase(url, async (client) => {
    const sql = `SELECT pid FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'WITH "ended"%'`;
    for (;;) {
      const { rows } = await client.query<{ pid: number }>(sql);
      if (rows.length > 0) return rows.map(({ pid }) => pid);
      await setTimeout(20);
    }
  });
}

test('a repeated logout that waited for the first one answers with the first one in force, though no doorbell told of it [R5] [R22]', async () => {
  const { node, url } = await startDeafNode();
  const session = await node.register();
  await withDatabase(url, async (client) => {
    await client.query('BEGIN');
    await endFromOutside(client, session);
    const repeated = logOut(node, { refreshToken: session.refreshToken });
    await waitingLogouts(url);
    expect(await check(node, session.accessToken)).toBe('ok');
    await client.query('COMMIT');
    expect(await repeated).toBe(0);
    expect(await check(node, session.accessToken)).toBe(REVOKED);
  });
});

test('a logout that ends some of its sessions, and has waited for the others, answers with all of them in force [R5]', async () => {
  const { node, url } = await startDeafNode();
  const [first, second] = [await node.register(), await node.login()];
  await withDatabase(url, async (client) => {
    await client.query('BEGIN');
    await endFromOutside(client, first);
    const both = logOut(node, { token: second.accessToken, refreshToken: first.refreshToken });
    await waitingLogouts(url);
    await client.query('COMMIT');
    expect(await both).toBe(1);
  });
  for (const { accessToken } of [first, second]) expect(await check(node, accessToken)).toBe(REVOKED);
});

test('a logout after a commit of another node that this one has not heard of brings both into force [R5]', async () => {
  const { node, url } = await startDeafNode();
  const [there, here] = [await node.register(), await node.login()];
  await withDatabase(url, async (client) => {
    await client.query('BEGIN');
    await endFromOutside(client, there);
    await client.query('COMMIT');
  });
  expect(await check(node, there.accessToken)).toBe('ok');
  expect(await logOut(node, { token: here.accessToken })).toBe(1);
  for (const { accessToken } of [there, here]) expect(await check(node, accessToken)).toBe(REVOKED);
});

test('a logout that waits for one of its sessions holds up no logout of another session', async () => {
  const { one, two, url } = await startTwoNodes({ settings: { REVOCATION_CHECK: 'database' } });
  await one.register();
  for (const held of [0, 1]) {
    const pair = [await one.login(), await one.login()] as const;
    const other = await two.login();
    await withDatabase(url, async (client) => {
      await client.query('BEGIN');
      await client.query('SELECT 1 FROM "Session" WHERE "id" = $1 FOR UPDATE', [pair[held]?.sid]);
      const waiting = logOut(one, { token: pair[0].accessToken, refreshToken: pair[1].refreshToken });
      await waitingLogouts(url);
      expect(await logOut(two, { refreshToken: other.refreshToken })).toBe(1);
      await client.query('ROLLBACK');
      expect(await waiting).toBe(2);
    });
  }
});

test('logouts on two nodes that name the same sessions in opposite orders are all answered, and each session ends once', async () => {
  const { one, two } = await startTwoNodes({ settings: { REVOCATION_CHECK: 'database' } });
  await one.register();
  for (let round = 0; round < 5; round += 1) {
    const [first, second] = [await one.login(), await two.login()];
    const answers = await Promise.all([
      logOut(one, { token: first.accessToken, refreshToken: second.refreshToken }),
      logOut(two, { token: second.accessToken, refreshToken: first.refreshToken }),
    ]);
    expect(answers.map(Number).reduce((sum, ended) => sum + ended)).toBe(2);
    for (const { accessToken } of [first, second]) expect(await one.ask(accessToken)).toBe(REVOKED);
  }
});

test('a logout whose connection is cut while it waits is no success, and is done once it is sent again [R4]', async () => {
  const { one, url } = await startTwoNodes();
  const { accessToken } = await one.register();
  await withDatabase(url, async (client) => {
    await client.query('BEGIN');
    await client.query('SELECT 1 FROM "RevocationState" FOR UPDATE');
    const cut = logOut(one, { token: accessToken });
    const [pid] = await waitingLogouts(url);
    await client.query('SELECT pg_terminate_backend($1)', [pid]);
    expect(await cut).toBe('LOGOUT_UNCONFIRMED');
    await client.query('ROLLBACK');
  });
  expect(await one.ask(accessToken)).toBe('ok');
  expect(await logOut(one, { token: accessToken })).toBe(1);
  expect(await one.ask(accessToken)).toBe(REVOKED);
});
