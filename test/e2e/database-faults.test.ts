/**
 * The database of a running server is locked, full, or gone: the server answers with errors, never a false success, and recovers by
 * itself.
 */
import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EMAIL, PASSWORD, type Tokens } from '../support/app/requests.js';
import { makeFolder } from '../support/app/start-app.js';
import { canFillDisk, emptyDisk, fillDisk, lockFromOutside } from '../support/database/database-faults.js';
import { type ServerProcess, startServer } from '../support/process/server-process.js';

const REVOKED = 'UNAUTHENTICATED TOKEN_REVOKED';
const UNAVAILABLE = ['AUTH_UNAVAILABLE', 'LOGOUT_UNCONFIRMED'];

const logOut = async (server: ServerProcess, { accessToken }: Tokens): Promise<string> => {
  const { data, errors } = await server.send('mutation { logout { loggedOutAt } }', { token: accessToken });
  return data?.logout?.loggedOutAt ? 'done' : String(errors?.[0]?.extensions.code);
};
const logInCode = async (server: ServerProcess): Promise<string> => {
  const query = `mutation { login(input: { email: "${EMAIL}", password: "${PASSWORD}" }) { accessToken } }`;
  const { data, errors } = await server.send(query);
  return data?.login?.accessToken ? 'done' : String(errors?.[0]?.extensions.code);
};
const readiness = async ({ url }: ServerProcess) => (await fetch(`${url}/readyz`)).status;

/** A server with sessions: one was logged out before the fault, the others are live. */
async function prepare(howMany = 4) {
  const folder = makeFolder();
  const dataDir = join(folder, 'data');
  const server = await startServer({ dataDir, settings: { LOG_LEVEL: 'fatal' } });
  const ended = await server.register();
  const live = await Promise.all(Array.from({ length: howMany }, () => server.login()));
  expect(await logOut(server, ended)).toBe('done');
  return { folder, dataDir, server, ended, live };
}

/** Expectations while the fault lasts. */
async function expectErrorsOnly(server: ServerProcess, ended: Tokens, live: readonly Tokens[]): Promise<void> {
  const logouts = await Promise.all(live.map((tokens) => logOut(server, tokens)));
  for (const code of logouts) expect(UNAVAILABLE).toContain(code);
  expect(await logInCode(server)).toBe('AUTH_UNAVAILABLE');
  expect(await readiness(server)).toBe(503);
  expect((await fetch(`${server.url}/livez`)).status).toBe(200);
  expect(['AUTH_UNAVAILABLE', REVOKED]).toContain(await server.ask(ended.accessToken));
  for (const { accessToken } of live) expect(['AUTH_UNAVAILABLE', 'ok']).toContain(await server.ask(accessToken));
}

/** Expectations after the fault: only earlier logouts have ended sessions, and everything works again, even after a restart. */
async function expectRecovered(server: ServerProcess, dataDir: string, ended: Tokens, live: readonly Tokens[]): Promise<void> {
  expect(await readiness(server)).toBe(200);
  expect(await server.ask(ended.accessToken)).toBe(REVOKED);
  for (const { accessToken } of live) expect(await server.ask(accessToken)).toBe('ok');
  const [first, ...others] = live as [Tokens, ...Tokens[]];
  expect(await logOut(server, first)).toBe('done');
  expect(await server.ask(first.accessToken)).toBe(REVOKED);
  expect(await logInCode(server)).toBe('done');
  await server.kill();
  const next = await startServer({ dataDir });
  for (const { accessToken } of [ended, first]) expect(await next.ask(accessToken)).toBe(REVOKED);
  for (const { accessToken } of others) expect(await next.ask(accessToken)).toBe('ok');
}

test('a file that another process has locked: errors, and recovery without a restart [R4] [R8]', async () => {
  const { dataDir, server, ended, live } = await prepare();
  const lock = await lockFromOutside(join(dataDir, 'latchkey.db'));
  await expectErrorsOnly(server, ended, live);
  await expectErrorsOnly(server, ended, live);
  await lock.release();
  await expectRecovered(server, dataDir, ended, live);
});

test('a lock that is held for a moment only is waited for, and other requests are answered meanwhile', async () => {
  const { dataDir, server, live } = await prepare(1);
  const lock = await lockFromOutside(join(dataDir, 'latchkey.db'));
  const leaving = logOut(server, live[0] as Tokens);
  expect((await fetch(`${server.url}/livez`)).status).toBe(200);
  await lock.release();
  const code = await leaving;
  // On a slow machine the lock may be released too late. The logout then fails, and the session lives.
  expect(['done', 'AUTH_UNAVAILABLE']).toContain(code);
  expect(await server.ask(live[0]?.accessToken)).toBe(code === 'done' ? REVOKED : 'ok');
});

test.skipIf(!canFillDisk)('a full disk: COMMIT after COMMIT fails, nothing is answered as done, and it recovers [R4] [R8]', async () => {
  const { dataDir, server, ended, live } = await prepare();
  fillDisk(server.pid);
  await expectErrorsOnly(server, ended, live);
  await expectErrorsOnly(server, ended, live);
  emptyDisk(server.pid);
  await expectRecovered(server, dataDir, ended, live);
});

test('DATA_DIR is gone, and comes back: errors in between, and not a new database [R4] [R8]', async () => {
  const { folder, dataDir, server, ended, live } = await prepare();
  renameSync(dataDir, join(folder, 'away'));
  await expectErrorsOnly(server, ended, live);
  // An empty folder appears in its place: the server must not create a new database in it.
  mkdirSync(dataDir);
  await expectErrorsOnly(server, ended, live);
  renameSync(dataDir, join(folder, 'empty'));
  renameSync(join(folder, 'away'), dataDir);
  await expectRecovered(server, dataDir, ended, live);
});

test('the database file alone is gone, and comes back with all that is in its log [R4] [R8]', async () => {
  const { folder, dataDir, server, ended, live } = await prepare();
  renameSync(join(dataDir, 'latchkey.db'), join(folder, 'away.db'));
  await expectErrorsOnly(server, ended, live);
  renameSync(join(folder, 'away.db'), join(dataDir, 'latchkey.db'));
  await expectRecovered(server, dataDir, ended, live);
});

test('faults in any order, with transactions that roll back in between: what was answered stays answered [R4] [R14]', async () => {
  const { folder, dataDir, server, live } = await prepare(20);
  const faults = [
    async () => (await lockFromOutside(join(dataDir, 'latchkey.db'))).release,
    async () => {
      renameSync(dataDir, join(folder, 'away'));
      return async () => renameSync(join(folder, 'away'), dataDir);
    },
    async () => {
      if (canFillDisk) fillDisk(server.pid);
      return async () => void (canFillDisk && emptyDisk(server.pid));
    },
  ];
  const outcomes = new Map<Tokens, string>();
  const duplicate = () => server.register().catch(() => undefined);
  for (const [index, tokens] of live.entries()) {
    const fault = faults[index % faults.length] as (typeof faults)[number];
    // The fault comes and goes during the logout and two registrations that must fail.
    const [, , code, remove] = await Promise.all([duplicate(), duplicate(), logOut(server, tokens), fault()]);
    const [, second] = await Promise.all([remove(), logOut(server, tokens), duplicate()]);
    outcomes.set(tokens, code === 'done' || second === 'done' ? 'done' : [code, second].includes('LOGOUT_UNCONFIRMED') ? 'unknown' : 'not');
  }
  const check = async (asked: ServerProcess) => {
    for (const [{ accessToken }, outcome] of outcomes) {
      const answer = await asked.ask(accessToken);
      if (outcome === 'done') expect(answer).toBe(REVOKED);
      else if (outcome === 'not') expect(answer).toBe('ok');
      else expect(['ok', REVOKED]).toContain(answer);
    }
  };
  expect(await readiness(server)).toBe(200);
  await check(server);
  await server.kill();
  await check(await startServer({ dataDir }));
});
