/** The blacklist keeps a row as long as it matters and no longer; a pruned token stays dead. */
import { expect, test } from 'vitest';
import type { Tokens } from '../support/app/requests.js';
import { startApp, type TestApp } from '../support/app/start-app.js';
import { readRows, writeRows } from '../support/database/stored-rows.js';
import { logOut } from '../support/mutations/mutations.js';

const REVOKED = 'UNAUTHENTICATED TOKEN_REVOKED';
const EXPIRED = 'UNAUTHENTICATED TOKEN_EXPIRED';
const LIFE = 900;
const KEPT = 180;

const prune = async ({ app }: TestApp) => {
  const outcome = await app.administration.prune();
  return outcome.kind === 'done' ? outcome.result : outcome;
};

/** Logs a session out and prunes its row. */
async function pruned(app: TestApp): Promise<Tokens> {
  const tokens = await app.register();
  await logOut(app, { token: tokens.accessToken });
  app.clock.advance(LIFE + KEPT);
  expect(await prune(app)).toMatchObject({ blacklistRows: 1 });
  return tokens;
}

test('a row is pruned 180 seconds after the last exp, not before [R7]', async () => {
  const app = await startApp();
  const { accessToken } = await app.register();
  expect(await logOut(app, { token: accessToken })).toBe(1);
  app.clock.advance(LIFE + KEPT - 0.001);
  expect(await prune(app)).toMatchObject({ blacklistRows: 0 });
  expect(await app.app.administration.blacklistStats()).toMatchObject({ result: { rows: 1, inMemory: 1 } });
  app.clock.advance(0.001);
  expect(await prune(app)).toMatchObject({ blacklistRows: 1 });
  expect(await app.app.administration.blacklistStats()).toMatchObject({ result: { rows: 0, inMemory: 0 } });
  expect(await app.ask(accessToken)).toBe(EXPIRED);
});

test('the last exp is that of the latest refresh, and of the settings it was minted under [R7]', async () => {
  const app = await startApp({ settings: { ACCESS_TOKEN_TTL: '1h' } });
  const first = await app.register();
  app.clock.advance(1800);
  const { tokens } = await app.refresh(first.refreshToken);
  const changed = await app.restart({ ACCESS_TOKEN_TTL: '1m' });
  await changed.refresh(tokens?.refreshToken ?? '');
  await logOut(changed, { token: tokens?.accessToken });
  changed.clock.advance(3600 + KEPT - 0.001);
  expect(await prune(changed)).toMatchObject({ blacklistRows: 0 });
  changed.clock.advance(0.001);
  expect(await prune(changed)).toMatchObject({ blacklistRows: 1 });
});

test('a clock that steps back after a prune resurrects no token [R7]', async () => {
  const app = await startApp();
  const { accessToken } = await pruned(app);
  app.clock.advance(-(LIFE + KEPT));
  expect(await app.ask(accessToken)).toBe(EXPIRED);
  const fresh = await app.login();
  expect(await app.ask(fresh.accessToken)).toBe(EXPIRED);
});

test('how far was pruned is stored: a restart under a clock that was set back resurrects no token [R7]', async () => {
  const app = await startApp();
  const { accessToken } = await pruned(app);
  app.clock.advance(-(LIFE + KEPT));
  const restarted = await app.restart();
  expect(await restarted.ask(accessToken)).toBe(EXPIRED);
});

test('rows of tokens that can still live survive a prune [R7]', async () => {
  const app = await startApp();
  const old = await app.register();
  await logOut(app, { token: old.accessToken });
  app.clock.advance(600);
  const young = await app.login();
  await logOut(app, { token: young.accessToken });
  app.clock.advance(LIFE + KEPT - 600);
  expect(await prune(app)).toMatchObject({ blacklistRows: 1 });
  app.clock.advance(-KEPT - 1);
  expect(await app.ask(young.accessToken)).toBe(REVOKED);
  expect(await app.ask(old.accessToken)).toBe(EXPIRED);
});

/** Rows that an earlier run of the server left, with instants in Prisma's format. */
function fill(count: number, until: number): string {
  const instant = new Date(until).toISOString().replace('Z', '+00:00');
  return `WITH RECURSIVE counter(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counter WHERE n < ${count})
    INSERT INTO BlacklistedToken (id, kind, userId, reason, revokedAt, revokedUntil, version)
    SELECT 'dead-' || n, 'jti', 'nobody', 'LOGOUT', '${instant}', '${instant}', 1 FROM counter`;
}

test.each([499, 500, 501, 1000, 1234])('%i dead rows are pruned, however many batches it takes', async (count) => {
  const app = await startApp();
  const { accessToken } = await app.register();
  await logOut(app, { token: accessToken });
  await app.app.close();
  writeRows(app.dataDir, fill(count, app.clock.now()));
  const restarted = await app.restart();
  expect(await restarted.app.administration.blacklistStats()).toMatchObject({ result: { rows: count + 1, inMemory: count + 1 } });
  expect(await prune(restarted)).toMatchObject({ blacklistRows: count });
  expect(await restarted.app.administration.blacklistStats()).toMatchObject({ result: { rows: 1, inMemory: 1 } });
  expect(await restarted.ask(accessToken)).toBe(REVOKED);
});

test('sessions that expired are ended by a prune, and removed when no token can name them any more', async () => {
  const app = await startApp();
  const first = await app.register();
  app.clock.advance(14 * 86_400);
  expect(await prune(app)).toMatchObject({ sessions: 0 });
  app.clock.advance(16 * 86_400 + KEPT - 0.001);
  expect(await prune(app)).toMatchObject({ sessions: 0 });
  app.clock.advance(0.001);
  expect(await prune(app)).toMatchObject({ sessions: 1 });
  expect((await app.refresh(first.refreshToken)).codes).toEqual(['INVALID_REFRESH_TOKEN']);
  await app.app.close();
  expect(readRows(app.dataDir, `SELECT reason, actor FROM AuditEvent WHERE kind = 'session.ended'`)).toEqual([
    { reason: 'EXPIRED', actor: 'server' },
  ]);
  expect(readRows(app.dataDir, 'SELECT id FROM Session UNION ALL SELECT jti FROM AccessToken')).toEqual([]);
});

test('150 expired sessions are ended in one prune, live ones are not [R14]', async () => {
  const app = await startApp();
  await app.register();
  for (let count = 1; count < 100; count += 1) await app.login();
  await app.register('eve@example.com');
  for (let count = 1; count < 50; count += 1) await app.login('eve@example.com');
  app.clock.advance(86_400);
  const live = await app.login('eve@example.com');
  app.clock.advance(13 * 86_400);
  await prune(app);
  expect((await app.refresh(live.refreshToken)).codes).toEqual([]);
  await app.app.close();
  expect(readRows(app.dataDir, `SELECT count(*) AS ended FROM Session WHERE endedReason = 'EXPIRED'`)).toEqual([{ ended: 150 }]);
});
