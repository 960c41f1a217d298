/** The examples of servers that issue their own tokens: before, a logout ends nothing; after, with a few lines more, it does. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { prepareExample, runIn, TSC } from '../support/examples/examples.js';
import { REPOSITORY } from '../support/process/built-server.js';

const MOST_CHANGED_LINES = 25;

/** Starts the compiled program. @returns its address */
async function start(folder: string): Promise<string> {
  const env = { PATH: process.env.PATH ?? '', PORT: '0', TOKEN_KEY: 'the same before and after a restart' };
  const child: ChildProcess = spawn(process.execPath, ['dist/main.js'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => stop(child));
  running.set(folder, child);
  if (child.stdout === null) throw new Error('the program has a standard output');
  for await (const line of createInterface({ input: child.stdout })) {
    const [, url] = /^Listening at (\S+)$/.exec(line) ?? [];
    if (url !== undefined) return url.replace(/\/$/, '');
  }
  throw new Error('the program has ended');
}

const running = new Map<string, ChildProcess>();

async function stop(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

async function prepared(name: string): Promise<string> {
  const folder = await prepareExample(name);
  expect(await runIn(folder, TSC)).toBe('');
  return folder;
}

/** The lines that the step from before to after removes and adds, in all files. */
function changedLines(name: string): number {
  const folders = ['before', 'after'].map((part) => join(REPOSITORY, 'examples', name, part));
  const arguments_ = ['diff', '--no-index', '--numstat', '--', ...folders];
  // It ends with 1 where the folders differ.
  const lines = execFileSync('sh', ['-c', 'git "$@" || test $? = 1', 'git', ...arguments_], { encoding: 'utf8' })
    .trim()
    .split('\n');
  return lines.flatMap((line) => line.split('\t').slice(0, 2).map(Number)).reduce((sum, count) => sum + count, 0);
}

test.each(['own-tokens-apollo', 'own-tokens-nest'])('%s changes at most 25 lines', (name) => {
  const changed = changedLines(name);
  expect(changed).toBeGreaterThan(5);
  expect(changed).toBeLessThanOrEqual(MOST_CHANGED_LINES);
});

interface Users {
  /** @returns the token */
  logIn(): Promise<string>;
  isLetIn(token: string): Promise<boolean>;
  logOut(token: string): Promise<void>;
  logOutEverywhere(token: string): Promise<void>;
  /** What the server says instead, if it can not end the token now. */
  refusalOfLogOut(token: string): Promise<unknown>;
}

interface GraphqlAnswer {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
}

function overGraphql(url: string): Users {
  const ask = async (query: string, token?: string) => {
    const headers = { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
    return (await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) })).json() as Promise<GraphqlAnswer>;
  };
  const credentials = '(email: "ada@example.com", password: "analytical engine")';
  return {
    async logIn() {
      const known = (await ask(`mutation { login${credentials} }`)).data?.login;
      return String(known ?? (await ask(`mutation { register${credentials} }`)).data?.register);
    },
    refusalOfLogOut: async (token) => (await ask('mutation { logout }', token)).errors?.[0]?.extensions.code,
    isLetIn: async (token) => (await ask('{ myEmail }', token)).data?.myEmail === 'ada@example.com',
    logOut: async (token) => expect(await ask('mutation { logout }', token)).toEqual({ data: { logout: true } }),
    logOutEverywhere: async (token) =>
      expect(await ask('mutation { logout(everywhere: true) }', token)).toEqual({ data: { logout: true } }),
  };
}

async function jsonOf(response: Promise<Response>): Promise<Readonly<Record<string, unknown>>> {
  return (await response).json() as Promise<Readonly<Record<string, unknown>>>;
}

function overRest(url: string): Users {
  const ask = (method: string, path: string, token?: string, body?: object) =>
    fetch(`${url}/${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const logOut = async (path: string, token: string) => expect((await ask('POST', path, token)).status).toBe(204);
  return {
    logIn: async () =>
      String((await jsonOf(ask('POST', 'login', undefined, { email: 'ada@example.com', password: 'analytical engine' }))).token),
    isLetIn: async (token) => (await jsonOf(ask('GET', 'me', token))).email === 'ada@example.com',
    logOut: (token) => logOut('logout', token),
    logOutEverywhere: (token) => logOut('logout-everywhere', token),
    refusalOfLogOut: async (token) => (await ask('POST', 'logout', token)).status,
  };
}

test.each([
  ['own-tokens-apollo', overGraphql, 'BLACKLIST_UNAVAILABLE'],
  ['own-tokens-nest', overRest, 503],
])(
  '%s accepts a token after its logout before, and refuses it after, also after a restart',
  { timeout: 300_000 },
  async (name, usersAt, unavailable) => {
    const before = usersAt(await start(await prepared(`${name}/before`)));
    const copied = await before.logIn();
    expect(await before.isLetIn(copied)).toBe(true);
    await before.logOut(copied);
    await before.logOutEverywhere(copied);
    expect(await before.isLetIn(copied)).toBe(true);

    const folder = await prepared(`${name}/after`);
    let after = usersAt(await start(folder));
    const [one, other] = [await after.logIn(), await after.logIn()];
    expect([await after.isLetIn(one), await after.isLetIn(other)]).toEqual([true, true]);
    await after.logOut(one);
    expect([await after.isLetIn(one), await after.isLetIn(other)]).toEqual([false, true]);
    const third = await after.logIn();
    await after.logOutEverywhere(third);
    expect([await after.isLetIn(other), await after.isLetIn(third)]).toEqual([false, false]);
    expect(await after.isLetIn(await after.logIn())).toBe(true);

    await stop(running.get(folder));
    after = usersAt(await start(folder));
    expect([await after.isLetIn(one), await after.isLetIn(other), await after.isLetIn(third)]).toEqual([false, false, false]);
    expect(await after.isLetIn('no token')).toBe(false);

    // No success is reported that could not be kept.
    const last = await after.logIn();
    rmSync(join(folder, 'blacklist.db'));
    expect(await after.refusalOfLogOut(last)).toBe(unavailable);
  },
);
