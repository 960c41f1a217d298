/** Simultaneous transactions of several nodes: each rule holds as if they ran one after another, and no client sees a deadlock. */
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { makeAdministrator } from '../support/app/administrators.js';
import { EMAIL } from '../support/app/requests.js';
import { act, logOut } from '../support/mutations/mutations.js';
import { startTwoNodes } from '../support/postgresql/nodes.js';
import { withDatabase } from '../support/postgresql/postgresql.js';
import { decode } from '../support/tokens/tokens.js';

const ROUNDS = 6;

test('of two administrators who take each other away on two nodes at once, one stays [R20]', async () => {
  const { one, two } = await startTwoNodes();
  const first = await makeAdministrator(one, 'a@example.com');
  const second = await makeAdministrator(two, 'b@example.com');
  const told = await Promise.all([
    act(one, 'disableUser', { userId: second.id }, first.accessToken),
    act(two, 'disableUser', { userId: first.id }, second.accessToken),
  ]);
  expect(told.filter((answer) => answer === 'ok')).toHaveLength(1);
});

test('the last two administrators can not both be removed, whoever is asked on whichever node [R20]', async () => {
  const { one, two } = await startTwoNodes();
  const { administration } = one.app;
  await makeAdministrator(one, 'a@example.com');
  await makeAdministrator(two, 'b@example.com');
  for (let round = 0; round < ROUNDS; round += 1) {
    const told = await Promise.all([
      administration.disableUser({ user: 'a@example.com' }),
      two.app.administration.disableUser({ user: 'b@example.com' }),
    ]);
    expect(told.map(({ kind }) => kind).sort()).toEqual(['done', 'failed']);
    await administration.enableUser({ user: 'a@example.com' });
    await administration.enableUser({ user: 'b@example.com' });
  }
});

test('a storm of refreshes, logouts, role changes and administrators against each other is answered without an error of the server', async () => {
  const { one, two } = await startTwoNodes();
  const { id } = await makeAdministrator(one);
  await one.register();
  for (let round = 0; round < ROUNDS; round += 1) {
    const sessions = await Promise.all([one.login(), two.login(), one.login(), two.login()]);
    const answers = await Promise.allSettled([
      ...sessions.flatMap(({ refreshToken }) => [one.refresh(refreshToken), two.refresh(refreshToken)]),
      ...sessions.map(({ accessToken }, index) => logOut(index % 2 === 0 ? one : two, { token: accessToken, scope: 'ALL' })),
      one.app.administration.setUserRoles({ user: EMAIL, roles: round % 2 === 0 ? ['EDITOR'] : [] }),
      two.app.administration.revokeUserSessions({ user: EMAIL }),
      two.app.administration.setUserRoles({ user: id, roles: round % 2 === 0 ? ['ADMIN', 'EDITOR'] : ['ADMIN'] }),
      one.app.administration.revokeUserSessions({ user: id }),
    ]);
    const rejected = answers.filter((answer) => answer.status === 'rejected').map(({ reason }) => String(reason));
    expect(rejected).toEqual([]);
    expect(answers.map((answer) => JSON.stringify(answer)).filter((text) => text.includes('AUTH_UNAVAILABLE'))).toEqual([]);
    // Each session was ended by one of the requests.
    for (const { accessToken, refreshToken } of sessions) {
      expect(await one.ask(accessToken)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
      expect((await two.refresh(refreshToken)).tokens).toBe(null);
    }
  }
});

test('a deadlock is undone and repeated as a whole, and its caller sees only the answer', async () => {
  const { one, url } = await startTwoNodes();
  const { accessToken, sid } = await one.register();
  const other = await one.register('grace@example.com');
  const answer = await withDatabase(url, async (client) => {
    // Holds one row, and then wants another that the logout holds by then.
    await client.query('BEGIN');
    await client.query("SET LOCAL deadlock_timeout = '30s'");
    await client.query('SELECT 1 FROM "RevocationState" FOR UPDATE');
    const answering = logOut(one, { token: accessToken });
    await waitForWaiting(url, 1);
    await client.query('UPDATE "Session" SET "endedReason" = "endedReason" WHERE "id" = $1', [sid]);
    await client.query('COMMIT');
    return answering;
  });
  expect(answer).toBe(1);
  expect(await one.ask(accessToken)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
  expect(await one.ask(other.accessToken)).toBe('ok');
});

test('a key is revoked after every login that is being signed with it, so nothing is forgotten too early [R19]', async () => {
  const { one, two, url, clock } = await startTwoNodes();
  const { kid } = decode((await one.register()).accessToken).header;
  clock.advance(60);
  const order: string[] = [];
  const [login] = await withDatabase(url, async (client) => {
    await client.query('BEGIN');
    await client.query('SELECT 1 FROM "User" FOR UPDATE');
    const ended = Promise.all([
      one.login().finally(() => order.push('login')),
      waitForWaiting(url, 1)
        .then(() => two.app.administration.revokeKey({ kid }))
        .finally(() => order.push('revocation')),
    ]);
    await waitForWaiting(url, 2);
    await client.query('ROLLBACK');
    return ended;
  });
  expect(order).toEqual(['login', 'revocation']);
  for (const node of [one, two]) expect(await node.ask(login.accessToken)).toMatch(/^UNAUTHENTICATED/);
  const { rows } = await withDatabase(url, (client) =>
    client.query('SELECT extract(epoch FROM "revokedUntil")::int AS until FROM "BlacklistedToken" WHERE "id" = $1', [kid]),
  );
  expect(rows[0].until).toBeGreaterThan(decode(login.accessToken).claims.exp);
});

test('access tokens are killed after what is already being done with them, and not before', async () => {
  const { one, two, url } = await startTwoNodes();
  const [root, other] = [await makeAdministrator(one), await makeAdministrator(one, 'other@example.com')];
  const order: string[] = [];
  const [done] = await withDatabase(url, async (client) => {
    await client.query('BEGIN');
    await client.query('SELECT 1 FROM "UserRole" FOR UPDATE');
    const ended = Promise.all([
      act(one, 'disableUser', { userId: other.id }, root.accessToken).finally(() => order.push('action')),
      waitForWaiting(url, 1)
        .then(() => two.app.administration.revokeSession({ session: root.sid, accessTokensOnly: true }))
        .finally(() => order.push('revocation')),
    ]);
    await waitForWaiting(url, 2);
    await client.query('ROLLBACK');
    return ended;
  });
  expect(done).toBe('ok');
  expect(order).toEqual(['action', 'revocation']);
  expect(await act(one, 'enableUser', { userId: other.id }, root.accessToken)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
});

test('one letter after another kills the code before, also when two nodes write them at once', async () => {
  const { one, two, url } = await startTwoNodes();
  await one.register();
  const ask = (node: typeof one) => act(node, 'requestPasswordReset', { email: EMAIL });
  expect(await Promise.all([ask(one), ask(two), ask(one), ask(two)])).toEqual(['ok', 'ok', 'ok', 'ok']);
  const { rows } = await withDatabase(url, (client) => client.query(`SELECT 1 FROM "MailCode" WHERE "purpose" = 'password-reset'`));
  expect(rows).toHaveLength(1);
});

/** Waits until this many transactions wait for a lock. */
async function waitForWaiting(url: string, count: number): Promise<void> {
  await withDatabase(url, async (client) => {
    const sql = "SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while ((await client.query(sql)).rows[0].waiting < count) await setTimeout(20);
  });
}
