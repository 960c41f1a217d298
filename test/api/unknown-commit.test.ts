/** A COMMIT whose outcome is not known: the rows tell, and until they are read nothing is accepted. */
import { expect, test } from 'vitest';
import { makeCommitFail } from '../support/failing-commit.js';
import { startApp, type TestApp } from '../support/start-app.js';

async function logOut({ send }: TestApp, token: string): Promise<unknown> {
  const { data, errors } = await send('mutation { logout { endedSessions } }', { token });
  return data?.logout?.endedSessions ?? errors?.[0]?.extensions;
}

const UNCONFIRMED = { code: 'LOGOUT_UNCONFIRMED', retryAfter: 1 };

test('a logout whose COMMIT happened, and only its answer was lost, is a success and in force [R4]', async () => {
  const commits = makeCommitFail();
  const app = await startApp();
  const { accessToken } = await app.register();
  commits.fault = 'late';
  expect(await logOut(app, accessToken)).toBe(1);
  expect(await app.ask(accessToken)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
  expect(await (await app.restart()).ask(accessToken)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
});

test('a logout whose COMMIT did not happen is never reported as done, and can be sent again [R4]', async () => {
  const commits = makeCommitFail();
  const app = await startApp();
  const { accessToken } = await app.register();
  commits.fault = 'lost';
  expect(await logOut(app, accessToken)).toEqual(UNCONFIRMED);
  expect(await app.ask(accessToken)).toBe('ok');
  expect(await logOut(app, accessToken)).toBe(1);
  expect(await app.ask(accessToken)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
});

test('a repeated logout whose COMMIT failed is not a success either, though it had nothing to add [R4]', async () => {
  const commits = makeCommitFail();
  const app = await startApp();
  const { accessToken } = await app.register();
  expect(await logOut(app, accessToken)).toBe(1);
  commits.fault = 'lost';
  expect(await logOut(app, accessToken)).toEqual(UNCONFIRMED);
  expect(await app.ask(accessToken)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
});

test('while the outcome is not known nobody is accepted, and nobody is sent away; then all is as the rows say [R8]', async () => {
  const commits = makeCommitFail();
  const app = await startApp();
  const leaving = await app.register();
  const staying = await app.register('grace@example.com');
  commits.fault = 'late';
  commits.isCutOff = true;
  expect(await logOut(app, leaving.accessToken)).toEqual(UNCONFIRMED);
  for (const { accessToken } of [leaving, staying]) expect(await app.ask(accessToken)).toBe('AUTH_UNAVAILABLE');
  commits.isCutOff = false;
  expect(await app.ask(staying.accessToken)).toBe('ok');
  expect(await app.ask(leaving.accessToken)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
});
