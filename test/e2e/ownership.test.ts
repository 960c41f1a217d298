/** One process owns the data: a second one names the owner, exits, and changes nothing. */
import { copyFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolder } from '../support/app/start-app.js';
import { failToStart, startServer } from '../support/process/server-process.js';

test('a second server on one DATA_DIR ends with 1 and says who holds it [R15]', async () => {
  const dataDir = join(makeFolder(), 'data');
  const first = await startServer({ dataDir });
  const second = await failToStart({ dataDir });
  expect(second).toMatchObject({ code: 1, stdout: '' });
  expect(second.stderr).toContain(`${dataDir} is in use by a Latchkey server, process ${first.pid}.`);
  expect(second.stderr).not.toMatch(/\n\s+at /);
  const { accessToken } = await first.register();
  expect(await first.ask(accessToken)).toBe('ok');
});

test('the lock is free as soon as its owner is dead, however it died [R15]', async () => {
  const dataDir = join(makeFolder(), 'data');
  const first = await startServer({ dataDir });
  const { accessToken } = await first.register();
  await first.kill();
  const second = await startServer({ dataDir });
  expect(await second.ask(accessToken)).toBe('ok');
});

test('two servers with folders of their own do not share one database file [R15]', async () => {
  const folder = makeFolder();
  const database = join(folder, 'shared.db');
  const secret = { LATCHKEY_SECRET: 'the-same-secret-for-both-0123456789abcdef' };
  const first = await startServer({ dataDir: join(folder, 'one'), settings: { ...secret, DATABASE_URL: `file:${database}` } });
  symlinkSync(database, join(folder, 'alias.db'));
  for (const name of ['shared.db', 'alias.db']) {
    const settings = { ...secret, DATABASE_URL: `file:${join(folder, name)}` };
    const second = await failToStart({ dataDir: join(folder, 'two'), settings });
    expect(second).toMatchObject({ code: 1, stdout: '' });
    expect(second.stderr).toContain(`in use by a Latchkey server, process ${first.pid}.`);
  }
  await first.stop();
  await startServer({ dataDir: join(folder, 'two'), settings: { ...secret, DATABASE_URL: `file:${database}` } });
});

test('a database in the DATA_DIR of one server has no second owner that was only pointed at it [R15]', async () => {
  const folder = makeFolder();
  const secret = { LATCHKEY_SECRET: 'the-same-secret-for-both-0123456789abcdef' };
  const inside = { dataDir: join(folder, 'one'), settings: secret };
  const outside = { dataDir: join(folder, 'two'), settings: { ...secret, DATABASE_URL: `file:${join(folder, 'one', 'latchkey.db')}` } };
  for (const [first, second] of [
    [inside, outside],
    [outside, inside],
  ] as const) {
    const owner = await startServer(first);
    const late = await failToStart(second);
    expect(late).toMatchObject({ code: 1, stdout: '' });
    expect(late.stderr).toContain(`in use by a Latchkey server, process ${owner.pid}.`);
    await owner.stop();
  }
});

test('a copy of the data is other data: it has an owner of its own', async () => {
  const folder = makeFolder();
  const first = await startServer({ dataDir: join(folder, 'one') });
  const { accessToken } = await first.register();
  await first.stop();
  const second = await startServer({ dataDir: join(folder, 'two') });
  expect(await second.stop()).toEqual({ code: 0, signal: null });
  for (const file of ['latchkey.db', 'secret']) copyFileSync(join(folder, 'one', file), join(folder, 'two', file));
  const [one, two] = await Promise.all(['one', 'two'].map((name) => startServer({ dataDir: join(folder, name) })));
  await one?.send('mutation { logout { endedSessions } }', { token: accessToken });
  expect(await two?.ask(accessToken)).toBe('ok');
});
