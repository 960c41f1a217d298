/** A COMMIT with an unknown outcome: the rows decide, and until the node has read them it accepts nothing. */
import { expect, test } from 'vitest';
import { makeAdministrator } from '../support/app/administrators.js';
import { startApp, type TestApp } from '../support/app/start-app.js';
import { makeCommitFail } from '../support/database/failing-commit.js';
import { makeLoggedIn } from '../support/mail/mail-app.js';
import { act } from '../support/mutations/mutations.js';
import { decode } from '../support/tokens/tokens.js';

async function logOut({ send }: TestApp, token: string): Promise<unknown> {
  const { data, errors } = await send('mutation { logout { endedSessions } }', { token });
  return data?.logout?.endedSessions ?? errors?.[0]?.extensions;
}

const UNCONFIRMED = { code: 'LOGOUT_UNCONFIRMED', retryAfter: 1 };

test('a logout whose COMMIT happened, and only its answer was lost, is a success and in force [R4]', async () => {
  const commits = makeCommitFail();
  const app = await startApp();
  const { accessToken } = await makeLoggedIn(app);
  commits.fault = 'late';
  expect(await logOut(app, accessToken)).toBe(1);
  expect(await app.ask(accessToken)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
  expect(await (await app.restart()).ask(accessToken)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
});

test('a logout whose COMMIT did not happen is never reported as done, and can be sent again [R4]', async () => {
  const commits = makeCommitFail();
  const app = await startApp();
  const { accessToken } = await makeLoggedIn(app);
  commits.fault = 'lost';
  expect(await logOut(app, accessToken)).toEqual(UNCONFIRMED);
  expect(await app.ask(accessToken)).toBe('ok');
  expect(await logOut(app, accessToken)).toBe(1);
  expect(await app.ask(accessToken)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
});

test('a repeated logout whose COMMIT failed is not a success either, though it had nothing to add [R4]', async () => {
  const commits = makeCommitFail();
  const app = await startApp();
  const { accessToken } = await makeLoggedIn(app);
  expect(await logOut(app, accessToken)).toBe(1);
  commits.fault = 'lost';
  expect(await logOut(app, accessToken)).toEqual(UNCONFIRMED);
  expect(await app.ask(accessToken)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
});

test('a change of roles whose COMMIT did not happen is no success because an earlier one had killed the same tokens [R4]', async () => {
  const commits = makeCommitFail();
  const app = await startApp();
  const { accessToken, refreshToken } = await makeLoggedIn(app);
  const userId = decode(accessToken).claims.sub;
  const { accessToken: token } = await makeAdministrator(app);
  expect(await act(app, 'setUserRoles', { userId, roles: ['ADMIN'] }, token)).toBe('ok');
  commits.fault = 'lost';
  expect(await act(app, 'setUserRoles', { userId, roles: [] }, token)).toBe('LOGOUT_UNCONFIRMED');
  expect(await act(app, 'setUserRoles', { userId, roles: [] }, token)).toBe('ok');
  expect(decode((await app.refresh(refreshToken)).tokens?.accessToken ?? '').claims.roles).toEqual([]);
});

test('while the outcome is not known nobody is accepted, and nobody is sent away; then all is as the rows say [R8]', async () => {
  const commits = makeCommitFail();
  const app = await startApp();
  const leaving = await makeLoggedIn(app);
  const staying = await makeLoggedIn(app, 'grace@example.com');
  commits.fault = 'late';
  commits.isCutOff = true;
  expect(await logOut(app, leaving.accessToken)).toEqual(UNCONFIRMED);
  expect(await app.ask(staying.accessToken)).toBe('AUTH_UNAVAILABLE');
  // With a lease the node reads the log on its own connections, and may already know.
  const isKnown =
    process.env.TEST_REVOCATION_CHECK === 'lease' ? /^(AUTH_UNAVAILABLE|UNAUTHENTICATED TOKEN_REVOKED)$/ : /^AUTH_UNAVAILABLE$/;
  expect(await app.ask(leaving.accessToken)).toMatch(isKnown);
  commits.isCutOff = false;
  expect(await app.ask(staying.accessToken)).toBe('ok');
  // A node may learn of an unconfirmed logout only with its next refresh.
  if (process.env.TEST_REVOCATION_CHECK === 'lease') while ((await app.ask(leaving.accessToken)) === 'ok');
  expect(await app.ask(leaving.accessToken)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
});
