/** A restart on the same data: revoked tokens stay revoked, live ones stay live. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createApp } from '../../src/app.js';
import { readConfig } from '../../src/config/config.js';
import { createLog } from '../../src/lib/log.js';
import { makeFolder, startApp } from '../support/app/start-app.js';
import { writeRows } from '../support/database/stored-rows.js';
import { logOut } from '../support/mutations/mutations.js';
import { onPostgresql } from '../support/postgresql/postgresql.js';
import { decode } from '../support/tokens/tokens.js';

const REVOKED = 'UNAUTHENTICATED TOKEN_REVOKED';
const silent = createLog('silent');

test('a new server has no user', async () => {
  const { app } = await startApp();
  expect(await app.administration.listUsers()).toEqual({ kind: 'done', result: [] });
});

test('after a restart the revoked is refused from the first request on, and the live is accepted [R6]', async () => {
  const app = await startApp();
  const [dead, live] = [await app.register(), await app.login()];
  await logOut(app, { token: dead.accessToken });
  const restarted = await app.restart();
  expect(await restarted.ask(dead.accessToken)).toBe(REVOKED);
  expect(await restarted.ask(live.accessToken)).toBe('ok');
  expect((await restarted.refresh(dead.refreshToken)).codes).toEqual(['INVALID_REFRESH_TOKEN']);
  expect((await restarted.refresh(live.refreshToken)).codes).toEqual([]);
});

test.skipIf(onPostgresql)('a restart changes the mode of the check and nothing of what is revoked [R6]', async () => {
  const app = await startApp();
  const [dead, live] = [await app.register(), await app.login()];
  await logOut(app, { token: dead.accessToken });
  const other = await app.restart({ REVOCATION_CHECK: process.env.TEST_REVOCATION_CHECK === 'memory' ? 'database' : 'memory' });
  expect([await other.ask(dead.accessToken), await other.ask(live.accessToken)]).toEqual([REVOKED, 'ok']);
});

test('a later start uses the same signing key', async () => {
  const app = await startApp();
  const before = await app.register();
  const restarted = await app.restart();
  expect(decode((await restarted.login()).accessToken).header).toEqual(decode(before.accessToken).header);
});

test('the grace of a predecessor outlives a restart [R10]', async () => {
  const app = await startApp();
  const first = await app.register();
  const second = await app.refresh(first.refreshToken);
  const restarted = await app.restart();
  expect(await restarted.refresh(first.refreshToken)).toEqual(second);
});

test('another LATCHKEY_SECRET is refused with a clear error, and the right one still works', async () => {
  const app = await startApp({ settings: { LATCHKEY_SECRET: 'the first secret, of more than 32 bytes' } });
  const { accessToken } = await app.register();
  await expect(app.restart({ LATCHKEY_SECRET: 'another secret, of more than 32 bytes' })).rejects.toThrow(
    expect.objectContaining({ name: 'WrongSecret', message: expect.stringContaining('LATCHKEY_SECRET is not the one') }),
  );
  expect(await (await app.restart()).ask(accessToken)).toBe('ok');
});

test('a second server on the same data refuses to start, names the holder, and does not disturb it [R15]', async () => {
  const app = await startApp();
  const { accessToken } = await app.register();
  const config = readConfig({ DATA_DIR: app.dataDir, LATCHKEY_SECRET: 'a secret of the second, of more than 32 bytes' });
  await expect(createApp({ config, log: silent })).rejects.toThrow(
    expect.objectContaining({
      name: 'DataDirLocked',
      holder: `a Latchkey server, process ${process.pid}`,
      message: expect.stringContaining(`${app.dataDir} is in use by a Latchkey server, process ${process.pid}`),
    }),
  );
  expect(await app.ask(accessToken)).toBe('ok');
  expect(await logOut(app, { token: accessToken })).toBe(1);
  expect(await (await app.restart()).ask(accessToken)).toBe(REVOKED);
});

test('a database of a newer version is refused and left alone', async () => {
  const app = await startApp();
  await app.app.close();
  writeRows(
    app.dataDir,
    `INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, started_at, applied_steps_count)
     VALUES ('x', 'x', CURRENT_TIMESTAMP, '29990101000000_from_the_future', CURRENT_TIMESTAMP, 1)`,
  );
  await expect(app.restart()).rejects.toThrow(
    expect.objectContaining({ name: 'ForeignDatabase', message: expect.stringContaining('29990101000000_from_the_future') }),
  );
});

test('a wrong configuration makes nothing', () => {
  const dataDir = join(makeFolder(), 'data');
  expect(() => readConfig({ DATA_DIR: dataDir, SIGNING_ALG: 'none', PORT: 'x' })).toThrow(/SIGNING_ALG[\s\S]*PORT|PORT[\s\S]*SIGNING_ALG/);
  const found = (settings: object) => {
    try {
      return readConfig({ DATA_DIR: dataDir, ...settings });
    } catch (error) {
      return (error as Error).message;
    }
  };
  // Reported together with the faults of other settings, not only once those are fixed.
  expect(found({ PORT: 'x', SMTP_URL: 'nonsense' })).toMatch(/PORT:[\s\S]*SMTP_URL:[\s\S]*MAIL_FROM:[\s\S]*APP_URL:/);
  expect(found({ SMTP_URL: 'smtp://mail.example.com', MAIL_FROM: 'a@example.com' })).toMatch(/APP_URL: found nothing/);
  expect(existsSync(dataDir)).toBe(false);
});
