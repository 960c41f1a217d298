/** The service in Python: it honours a logout, and says 503 while it can't know. */
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { makeFolder } from '../support/app/start-app.js';
import { logOut } from '../support/mutations/mutations.js';
import { REPOSITORY } from '../support/process/built-server.js';
import { startServer } from '../support/process/server-process.js';

const PROGRAM = join(REPOSITORY, 'examples/python/orders.py');
const MOST_LINES = 30;

const hasPython = spawnSync('python3', ['--version']).status === 0;
/** Where `.ci/run` can install packages of Debian, Python is one of them. */
const couldBeInstalled = process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0;

async function startPython(url: string): Promise<string> {
  const env = { PATH: process.env.PATH ?? '', LATCHKEY_URL: url, LATCHKEY_AUDIENCE: 'latchkey', PORT: '0' };
  const child = spawn('python3', [PROGRAM], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  for await (const line of createInterface({ input: child.stdout })) return line.replace('Listening at ', '');
  throw new Error('the program in Python has ended');
}

test('the program in Python has at most 30 lines and imports the standard library alone', () => {
  const text = readFileSync(PROGRAM, 'utf8');
  expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(MOST_LINES);
  const imported = [...text.matchAll(/^(?:from|import) (\w+)/gm)].map(([, name]) => name);
  expect([...new Set(imported)].sort()).toEqual(['http', 'os', 'urllib']);
});

test('it lets a live token in, refuses it after the logout, and says 503 while the login server is gone [R1] [R8]', async ({ skip }) => {
  if (!hasPython) {
    const told = 'There is no python3 on this machine.';
    if (process.env.CI && couldBeInstalled) throw new Error(told);
    console.warn(`${told} The test of the program in Python is skipped.`);
    skip(told);
  }
  const login = await startServer({ dataDir: makeFolder(), settings: { LOG_LEVEL: 'error' } });
  const orders = await startPython(login.url);
  const ask = async (token?: string) => {
    const response = await fetch(orders, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });
    return [response.status, (await response.text()).trim(), response.headers.get('retry-after')];
  };
  const { accessToken: token } = await login.register();
  const { accessToken: other } = await login.login();
  const { sub } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  expect(await ask()).toEqual([401, '', null]);
  expect(await ask('x')).toEqual([401, '', null]);
  expect(await ask(token)).toEqual([200, `the orders of ${sub}`, null]);
  expect(await logOut(login, { token })).toBe(1);
  expect(await ask(token)).toEqual([401, '', null]);
  expect(await ask(other)).toEqual([200, `the orders of ${sub}`, null]);
  await login.kill();
  expect(await ask(other)).toEqual([503, '', '1']);
});
