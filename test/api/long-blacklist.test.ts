/** A blacklist that is read in many pages and does not fit in a Map: every row counts before the first request is served. */
import { expect, test } from 'vitest';
import { startApp, type TestApp } from '../support/app/start-app.js';
import { readRows, writeRows } from '../support/database/stored-rows.js';
import { logOut } from '../support/mutations/mutations.js';

const REVOKED = 'UNAUTHENTICATED TOKEN_REVOKED';
const HOUR_MS = 3_600_000;

const idOf = (version: number, n: number | string) => `${String(version).padEnd(8, '-')}${String(n).padStart(13, '0')}Q`;

/** Rows with ids in the server's format; each version has `perVersion` of them. */
function fill(count: number, firstVersion: number, perVersion: number, until: number): string {
  const instant = new Date(until).toISOString().replace('Z', '+00:00');
  return `WITH RECURSIVE counter(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM counter WHERE n < ${count - 1})
    INSERT INTO BlacklistedToken (id, kind, userId, reason, revokedAt, revokedUntil, version)
    SELECT '${idOf(firstVersion, '').slice(0, 8)}' || substr('0000000000000', 1, 13 - length(CAST(n AS TEXT))) || CAST(n AS TEXT) || 'Q',
    'jti', 'nobody', 'LOGOUT', '${instant}', '${instant}', ${firstVersion} + n / ${perVersion} FROM counter`;
}

/** Moves the only real row of the list to another version, as if it had been written then. */
const moveRow = (from: number, to: number) => `UPDATE BlacklistedToken SET version = ${to} WHERE version = ${from} AND userId <> 'nobody'`;

async function stats({ app }: TestApp) {
  const outcome = await app.administration.blacklistStats();
  return outcome.kind === 'done' ? outcome.result : null;
}

test('a session whose row stands anywhere in a long list is dead after a restart, and no other [R6] [R14]', async () => {
  const app = await startApp();
  const dead: string[] = [];
  for (let count = 0; count < 4; count += 1) {
    const { accessToken } = count === 0 ? await app.register() : await app.login();
    dead.push(accessToken);
    await logOut(app, { token: accessToken });
  }
  const alive = await app.login();
  await app.app.close();
  // At the beginning, in the middle, at the end of all pages, and after the last full page. One version is longer than a page.
  writeRows(app.dataDir, [moveRow(4, 200_000), moveRow(3, 72_500), moveRow(2, 72_000)].join(';'));
  const until = app.clock.now() + HOUR_MS;
  writeRows(app.dataDir, fill(36_000, 2, 1, until));
  writeRows(app.dataDir, fill(36_000, 36_002, 1, until + 77_777));
  writeRows(app.dataDir, fill(30_003, 72_500, 30_003, until + 80_000));
  writeRows(app.dataDir, fill(3_456, 72_600, 7, until + 999_999));
  writeRows(app.dataDir, 'UPDATE RevocationState SET version = 200000');
  const [{ rows } = { rows: 0 }] = readRows(app.dataDir, 'SELECT COUNT(*) AS rows FROM BlacklistedToken');
  const restarted = await app.restart();
  expect(await stats(restarted)).toMatchObject({ rows, inMemory: rows, version: 200_000 });
  expect(await Promise.all(dead.map((token) => restarted.ask(token)))).toEqual([REVOKED, REVOKED, REVOKED, REVOKED]);
  expect(await restarted.ask(alive.accessToken)).not.toMatch(/UNAUTHENTICATED|UNAVAILABLE/);
  await logOut(restarted, { token: alive.accessToken });
  expect(await restarted.ask(alive.accessToken)).toBe(REVOKED);
  expect(await stats(restarted)).toMatchObject({ rows: Number(rows) + 1, inMemory: Number(rows) + 1, version: 200_001 });
});

test('ids that can not be told apart once they are joined are read one by one [R14]', async () => {
  const app = await startApp();
  const { accessToken } = await app.register();
  await logOut(app, { token: accessToken });
  await app.app.close();
  writeRows(app.dataDir, fill(20_000, 2, 5, app.clock.now() + HOUR_MS));
  writeRows(app.dataDir, `UPDATE BlacklistedToken SET id = ' a  b ' WHERE id = '${idOf(2, 27)}'`);
  writeRows(app.dataDir, 'UPDATE RevocationState SET version = 200000');
  const restarted = await app.restart();
  expect(await stats(restarted)).toMatchObject({ rows: 20_001, inMemory: 20_001 });
  expect(await restarted.ask(accessToken)).toBe(REVOKED);
  restarted.clock.advance((2 * HOUR_MS) / 1000);
  await restarted.app.administration.prune();
  expect(await stats(restarted)).toMatchObject({ rows: 0, inMemory: 0 });
});
