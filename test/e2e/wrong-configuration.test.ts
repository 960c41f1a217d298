/** The server reports all faults of a wrong configuration together, and creates nothing. */
import { chmodSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolder } from '../support/app/start-app.js';
import { canFillDisk } from '../support/database/database-faults.js';
import { runCommand } from '../support/process/commands.js';
import { failToStart, START, startServer } from '../support/process/server-process.js';

test('all faults are told together, with name, what was found and what is expected', async () => {
  const folder = makeFolder();
  const dataDir = join(folder, 'data');
  const settings = {
    PORT: '99999',
    SIGNING_ALG: 'none',
    ACCESS_TOKEN_TTL: 'soon',
    DATABASE_URL: 'mysql://ada:hunter2hunter2@db/latchkey',
    LATCHKEY_SECRET: 'too-short-a-secret',
  };
  const { code, stdout, stderr } = await failToStart({ dataDir, settings });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain('PORT: found "99999", expected a whole number from 0 to 65535');
  expect(stderr).toContain('SIGNING_ALG: found "none", expected "ES256" or "RS256"');
  expect(stderr).toContain('ACCESS_TOKEN_TTL: found "soon", expected a duration like');
  expect(stderr).toContain('DATABASE_URL: found "mysql://[masked]@db/latchkey", expected a SQLite file');
  expect(stderr).toContain('LATCHKEY_SECRET: found [masked, 18 bytes], expected at least 32 random bytes');
  for (const secret of ['hunter2', 'too-short']) expect(stderr).not.toContain(secret);
  expect(stderr).not.toMatch(/\n\s+at /);
  expect(existsSync(dataDir)).toBe(false);
});

test('a secret that does not open the signing keys is told, and nothing is lost', async () => {
  const dataDir = join(makeFolder(), 'data');
  const first = await startServer({ dataDir });
  const { accessToken } = await first.register();
  await first.stop();
  const { code, stderr } = await failToStart({ dataDir, settings: { LATCHKEY_SECRET: 'another-secret-0123456789-abcdefghij' } });
  expect(code).toBe(1);
  expect(stderr).toContain('LATCHKEY_SECRET is not the one that the signing keys in this database were encrypted with.');
  expect(stderr).not.toMatch(/\n\s+at /);
  const second = await startServer({ dataDir });
  expect(await second.ask(accessToken)).toBe('ok');
});

test('a secret file that was cut off is told, not replaced', async () => {
  const dataDir = join(makeFolder(), 'data');
  expect(await (await startServer({ dataDir })).stop()).toEqual({ code: 0, signal: null });
  writeFileSync(join(dataDir, 'secret'), 'short');
  const { code, stderr } = await failToStart({ dataDir });
  expect(code).toBe(1);
  expect(stderr).toMatch(/DATA_DIR: found \S+secret, not a whole secret, expected/);
});

test('a DATA_DIR that can not be made is told in one message', async () => {
  const folder = makeFolder();
  writeFileSync(join(folder, 'file'), '');
  const { code, stderr } = await failToStart({ dataDir: join(folder, 'file', 'data') });
  expect(code).toBe(1);
  expect(stderr).toMatch(/DATA_DIR: found "\S+data", expected a folder that can be written/);
  expect(readdirSync(folder)).toEqual(['file']);
});

test('a lock file that can not be opened is not taken for another owner', async () => {
  const dataDir = join(makeFolder(), 'data');
  expect(await (await startServer({ dataDir })).stop()).toEqual({ code: 0, signal: null });
  writeFileSync(join(dataDir, 'lock'), 'not a database, and long enough to be seen as something else than an empty one'.repeat(20));
  const { code, stderr } = await failToStart({ dataDir });
  expect(code).toBe(1);
  expect(stderr).not.toContain('is in use by');
  expect(stderr).toContain(join(dataDir, 'lock'));
  expect(stderr).not.toMatch(/\n\s+at /);
});

test('a database file that is none is told and left as it is', async () => {
  const dataDir = join(makeFolder(), 'data');
  expect(await (await startServer({ dataDir })).stop()).toEqual({ code: 0, signal: null });
  writeFileSync(join(dataDir, 'latchkey.db'), 'this is a text file, and no database at all. '.repeat(200));
  chmodSync(join(dataDir, 'latchkey.db'), 0o600);
  const { code, stderr } = await failToStart({ dataDir });
  expect(code).toBe(1);
  expect(stderr).toContain('file is not a database');
  expect(stderr).not.toMatch(/\n\s+at /);
});

test('a secret file that every user can read: the start warns, and the doctor says what to do', async () => {
  const folder = makeFolder();
  const dataDir = join(folder, 'data');
  const file = join(folder, 'the-secret');
  writeFileSync(file, 'bMz1WQxN0u0t8pQe7Kc5Rk2vYh3Jd6Lf\n');
  const settings = { LATCHKEY_SECRET_FILE: file };
  for (const [mode, isOpen] of [
    [0o644, true],
    [0o640, false],
  ] as const) {
    chmodSync(file, mode);
    const server = await startServer({ dataDir, settings });
    expect(server.logged().includes(`"file":"${file}"`)).toBe(isOpen);
    expect(server.logged()).not.toContain('bMz1');
    await server.stop();
    const { stdout } = await runCommand(['doctor'], { dataDir, settings });
    expect(stdout.includes(`chmod go-rwx ${file}`)).toBe(isOpen);
  }
});

test.for([
  ['a folder that is not there', 'nowhere/x.db', /The folder of the file in DATABASE_URL, \S+nowhere, can't be opened\. Make it/],
  ['a folder in place of the file', '.', /can't be set up: .*cannot be opened/],
] as const)('a database in %s is told in one message, without a trace', async ([, path, told]) => {
  const folder = makeFolder();
  const { code, stderr } = await failToStart({ dataDir: join(folder, 'data'), settings: { DATABASE_URL: `file:${join(folder, path)}` } });
  expect(code).toBe(1);
  expect(stderr).toMatch(told);
  expect(stderr).not.toMatch(/\n\s+at /);
});

test.skipIf(!canFillDisk)('a disk that is full at the first start is told in one message, without a trace', async () => {
  const dataDir = join(makeFolder(), 'data');
  const settings = { LATCHKEY_SECRET: 'bMz1WQxN0u0t8pQe7Kc5Rk2vYh3Jd6Lf' };
  const { code, stderr } = await failToStart({ dataDir, settings, command: ['prlimit', '--fsize=65536', ...START] });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^The database in DATABASE_URL can't be set up: .*[^.]\. [A-Z].*\.\n$/);
});

test('a DATA_DIR whose path is too long for a socket: the server serves, and a command says what to do', async () => {
  const dataDir = join(makeFolder(), 'x'.repeat(120), 'data');
  const server = await startServer({ dataDir });
  expect(server.logged()).toContain('too long for a socket');
  const { code, stderr } = await runCommand(['user', 'list'], { dataDir });
  expect(code).toBe(4);
  expect(stderr).toMatch(/^The path \S+ is too long for the socket of the running server\. Stop the server, or give both a shorter path/);
  await server.stop();
  expect((await runCommand(['user', 'list'], { dataDir })).code).toBe(0);
});
