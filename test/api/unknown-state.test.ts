/** With the database gone the server denies whatever it can't check, reports no false success, and recovers by itself. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { expect, onTestFinished, test as testAnywhere } from 'vitest';
import { EMAIL, PASSWORD, type Tokens } from '../support/app/requests.js';
import { startApp, type TestApp } from '../support/app/start-app.js';
import { makeLoggedIn } from '../support/mail/mail-app.js';
import { onPostgresql } from '../support/postgresql/postgresql.js';

/** These tests move the SQLite file; test/postgresql/outages.test.ts covers PostgreSQL. */
const test = testAnywhere.skipIf(onPostgresql);

const UNAVAILABLE = { code: 'AUTH_UNAVAILABLE', retryAfter: 1 };

const MUTATIONS = {
  login: `mutation { login(input: { email: "${EMAIL}", password: "${PASSWORD}" }) { accessToken } }`,
  register: `mutation { register(input: { email: "new@example.com", password: "${PASSWORD}" }) { accessToken } }`,
  logout: 'mutation { logout { endedSessions } }',
};

/** A live session and a logged-out one; then the folder is moved away while no connection is open. */
async function loseFolder(): Promise<{ app: TestApp; live: Tokens; loggedOut: Tokens; bringBack(): void }> {
  const app = await startApp();
  const live = await makeLoggedIn(app);
  const loggedOut = await app.login();
  // The driver gives up its connection with every transaction, so the next statement must open the file again.
  await app.send(MUTATIONS.logout, { token: loggedOut.accessToken });
  const away = `${app.dataDir}-away`;
  renameSync(app.dataDir, away);
  onTestFinished(() => rmSync(away, { recursive: true, force: true }));
  const bringBack = () => {
    rmSync(app.dataDir, { recursive: true, force: true });
    renameSync(away, app.dataDir);
  };
  return { app, live, loggedOut, bringBack };
}

async function expectNothingIsCalledDone({ app, live }: { app: TestApp; live: Tokens }, where: string): Promise<void> {
  const { refreshToken, accessToken: token } = live;
  for (const [name, mutation] of Object.entries(MUTATIONS)) {
    const { data, errors, status } = await app.send(mutation, { token });
    expect.soft({ status, data, extensions: errors?.[0]?.extensions }, `${name}, ${where}`).toEqual({
      status: 200,
      data: { [name]: null },
      extensions: UNAVAILABLE,
    });
  }
  const refresh = await app.send(`mutation { refreshToken(input: { refreshToken: "${refreshToken}" }) { accessToken } }`);
  expect.soft(refresh.errors?.[0]?.extensions, `refreshToken, ${where}`).toEqual(UNAVAILABLE);
  const { errors } = await app.send('{ sessions { id } }', { token });
  expect.soft(errors?.[0]?.extensions, `sessions, ${where}`).toEqual(UNAVAILABLE);
  const ready = await app.app.server.inject('/readyz');
  expect.soft([ready.statusCode, ready.json().status], `readyz, ${where}`).toEqual([503, 'unavailable']);
}

async function expectHealed({ app, live, loggedOut }: { app: TestApp; live: Tokens; loggedOut: Tokens }): Promise<void> {
  expect((await app.app.server.inject('/readyz')).statusCode).toBe(200);
  expect(await app.ask(live.accessToken)).toBe('ok');
  expect(await app.ask(loggedOut.accessToken)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
  const { data } = await app.send(MUTATIONS.logout, { token: live.accessToken });
  expect(data.logout.endedSessions).toBe(1);
  expect(await app.ask(live.accessToken)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
  expect((await app.login()).accessToken).toBeTruthy();
}

test('with the folder gone nothing is called done, and the server heals when it is back [R4] [R8]', async () => {
  const lost = await loseFolder();
  await expectNothingIsCalledDone(lost, 'no folder');
  lost.bringBack();
  await expectHealed(lost);
});

test('an empty folder or a file in its place is no database either [R4] [R8]', async () => {
  const lost = await loseFolder();
  mkdirSync(lost.app.dataDir);
  await expectNothingIsCalledDone(lost, 'an empty folder');
  rmSync(lost.app.dataDir, { recursive: true });
  writeFileSync(lost.app.dataDir, 'x');
  await expectNothingIsCalledDone(lost, 'a file');
  lost.bringBack();
  await expectHealed(lost);
});

test('what can’t be known is AUTH_UNAVAILABLE at the door, never UNAUTHENTICATED; public fields answer [R8]', async () => {
  const { app, live, loggedOut, bringBack } = await loseFolder();
  const inMemory = process.env.TEST_REVOCATION_CHECK === 'memory';
  const ofDead = (await app.send('{ me { id } }', { token: loggedOut.accessToken })).errors?.[0]?.extensions;
  expect(ofDead).toEqual(inMemory ? { code: 'UNAUTHENTICATED', reason: 'TOKEN_REVOKED', sessionEnded: true } : UNAVAILABLE);
  const { errors } = await app.send('{ me { id } }', { token: live.accessToken });
  expect(errors?.[0]?.extensions).toEqual(UNAVAILABLE);
  expect((await app.send('{ __typename }', { token: live.accessToken })).data).toEqual({ __typename: 'Query' });
  expect(await app.ask('garbage')).toBe('UNAUTHENTICATED TOKEN_INVALID');
  expect(await app.ask()).toBe('UNAUTHENTICATED TOKEN_MISSING');
  bringBack();
  expect(await app.ask(live.accessToken)).toBe('ok');
});

test('a restart after the loss still refuses what was logged out before it [R8]', async () => {
  const { app, live, loggedOut, bringBack } = await loseFolder();
  await app.send(MUTATIONS.logout, { token: live.accessToken });
  bringBack();
  const again = await app.restart();
  expect(await again.ask(loggedOut.accessToken)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
  expect(await again.ask(live.accessToken)).toBe('ok');
});
