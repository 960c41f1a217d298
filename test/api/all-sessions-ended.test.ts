/** `revokeAllSessions` ends all sessions by one number in the state; their rows are marked later, and nobody can tell the difference. */
import { expect, test } from 'vitest';
import { startWithAdministrator } from '../support/app/administrators.js';
import type { TestApp } from '../support/app/start-app.js';
import { readRows, writeRows } from '../support/database/stored-rows.js';
import { act, logOut } from '../support/mutations/mutations.js';
import { decode } from '../support/tokens/tokens.js';

const SESSIONS = '{ sessions { id } session { id } }';

async function start() {
  const app = await startWithAdministrator();
  return { app, before: await app.register() };
}

async function endAll(app: TestApp): Promise<{ endedSessions: number | null }> {
  const outcome = await app.app.administration.revokeAllSessions({});
  if (outcome.kind === 'failed') throw new Error('not revoked');
  return outcome.result;
}

const countOf = async (app: TestApp, sql: string): Promise<number> => {
  await app.app.close();
  return Number(readRows(app.dataDir, `SELECT count(*) AS n FROM ${sql}`)[0]?.n);
};

test('no row of a session is written, and none is blacklisted, however many sessions end [R17]', async () => {
  const { app } = await start();
  expect(await endAll(app)).toEqual({ endedSessions: 2 });
  expect(await countOf(app, 'Session WHERE endedAt IS NOT NULL')).toBe(0);
  expect(await countOf(app, 'BlacklistedToken')).toBe(0);
});

test('a session that ended with all others cannot be refreshed, not even within the grace period [R9] [R10] [R17]', async () => {
  const { app, before } = await start();
  const { tokens } = await app.refresh(before.refreshToken);
  await endAll(app);
  for (const text of [tokens?.refreshToken ?? '', before.refreshToken]) {
    expect((await app.refresh(text)).codes).toEqual(['INVALID_REFRESH_TOKEN']);
  }
});

test('ending it again ends nothing and records nothing [R13] [R17]', async () => {
  const { app, before } = await start();
  await endAll(app);
  expect(await logOut(app, { token: before.accessToken })).toBe(0);
  expect(await logOut(app, { refreshToken: before.refreshToken })).toBe(0);
  expect(await app.app.administration.revokeSession({ session: before.sid })).toMatchObject({ kind: 'failed' });
  expect(await app.app.administration.revokeSession({ session: before.sid, accessTokensOnly: true })).toMatchObject({ kind: 'failed' });
  expect(await endAll(app)).toEqual({ endedSessions: 0 });
  expect(await countOf(app, "AuditEvent WHERE kind = 'session.ended'")).toBe(0);
});

test('lists, counts and the session limit leave it out, and it shows the instant of its end [R17]', async () => {
  const { app, before } = await start();
  const { sub } = decode(before.accessToken).claims;
  await endAll(app);
  const endedAt = new Date(app.clock.now()).toISOString();
  app.clock.advance(60);
  const after = await app.login();
  const { data } = await app.send(SESSIONS, { token: after.accessToken });
  expect(data).toEqual({ sessions: [{ id: after.sid }], session: { id: after.sid } });
  expect(await app.app.administration.listSessions({ user: sub })).toMatchObject({ result: [{ id: after.sid }] });
  expect(await app.app.administration.showUser({ user: sub })).toMatchObject({ result: { liveSessions: 1 } });
  const revoked = await app.send(`mutation { revokeSession(input: { sessionId: "${before.sid}" }) { session { endedAt } } }`, {
    token: after.accessToken,
  });
  expect(revoked.data.revokeSession.session).toEqual({ endedAt });
});

test('a login after it is accepted, and ends nothing of what the limit of sessions does not cover [R14] [R17]', async () => {
  const { app, before } = await start();
  for (let count = 1; count < 100; count += 1) await app.login();
  await endAll(app);
  const first = await app.login();
  await app.login();
  expect(await app.ask(first.accessToken)).toBe('ok');
  expect(await app.ask(before.accessToken)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
  expect(await countOf(app, "AuditEvent WHERE kind = 'session.ended'")).toBe(0);
});

test('pruning marks the rows with the instant and the reason, without blacklist rows, and later sessions live on [R14] [R17]', async () => {
  const { app } = await start();
  await endAll(app);
  const { sid, accessToken } = await app.login();
  app.clock.advance(60);
  await app.app.administration.prune({});
  expect(await app.ask(accessToken)).toBe('ok');
  await app.app.close();
  const rows = readRows(app.dataDir, 'SELECT id, endedReason FROM Session WHERE endedAt IS NOT NULL');
  expect(rows.map(({ endedReason }) => endedReason)).toEqual(['ALL_REVOKED', 'ALL_REVOKED']);
  expect(rows.map(({ id }) => id)).not.toContain(sid);
  expect(readRows(app.dataDir, 'SELECT count(*) AS n FROM BlacklistedToken').map(({ n }) => Number(n))).toEqual([0]);
});

test('pruning does not blacklist those of them that have expired meanwhile [R17]', async () => {
  const { app } = await start();
  await endAll(app);
  app.clock.advance(31 * 86_400);
  await app.app.administration.prune({});
  expect(await countOf(app, 'BlacklistedToken')).toBe(0);
  expect(readRows(app.dataDir, "SELECT kind FROM AuditEvent WHERE kind = 'session.ended'")).toEqual([]);
});

test('up to 10,000 ended sessions are counted, and more are not', async () => {
  const { app } = await start();
  await app.app.close();
  const copies = (count: number, prefix: string) =>
    writeRows(
      app.dataDir,
      `INSERT INTO Session (id, userId, createdAt, authenticatedAt, lastUsedAt, idleExpiresAt, expiresAt, refreshFamilyHash, refreshTokenHash, accessTokensExpireAt, generation)
       WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
       SELECT '${prefix}' || i, userId, createdAt, authenticatedAt, lastUsedAt, idleExpiresAt, expiresAt, '${prefix}' || i, 'x', accessTokensExpireAt, generation
       FROM n, (SELECT * FROM Session LIMIT 1) AS one`,
    );
  copies(9_998, 'a');
  const full = await app.restart();
  expect(await endAll(full)).toEqual({ endedSessions: 10_000 });
  await full.app.close();
  copies(10_001, 'b');
  writeRows(app.dataDir, "UPDATE Session SET generation = 100 WHERE id LIKE 'b%'");
  const over = await full.restart();
  expect(await endAll(over)).toEqual({ endedSessions: null });
});

test('an administrator does it as well, and is logged out too [R17]', async () => {
  const { app } = await start();
  expect(await act(app, 'revokeAllSessions', {}, app.admin.accessToken)).toBe('ok');
  expect(await app.ask(app.admin.accessToken)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
});
