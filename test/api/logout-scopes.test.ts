/** `logout` of the other sessions, and of all. */
import { expect, test } from 'vitest';
import type { Client, Tokens } from '../support/app/requests.js';
import { startApp, type TestApp } from '../support/app/start-app.js';
import { makeDriverYield } from '../support/database/yielding-driver.js';
import { logOut } from '../support/mutations/mutations.js';

const REVOKED = 'UNAUTHENTICATED TOKEN_REVOKED';

/** Three sessions of one user and one of another. */
async function fourSessions(): Promise<{ app: TestApp; mine: Tokens; second: Tokens; third: Tokens; eve: Tokens }> {
  const app = await startApp();
  const mine = await app.register();
  const [second, third, eve] = [await app.login(), await app.login(), await app.register('eve@example.com')];
  return { app, mine, second, third, eve };
}

const askAll = (client: Client, ...sessions: Tokens[]) => Promise.all(sessions.map(({ accessToken }) => client.ask(accessToken)));

test('OTHERS ends all sessions of the user but the caller’s [R14]', async () => {
  const { app, mine, second, third, eve } = await fourSessions();
  expect(await logOut(app, { token: mine.accessToken, scope: 'OTHERS' })).toBe(2);
  expect(await askAll(app, mine, second, third, eve)).toEqual(['ok', REVOKED, REVOKED, 'ok']);
  expect((await app.refresh(second.refreshToken)).codes).toEqual(['INVALID_REFRESH_TOKEN']);
  expect((await app.refresh(mine.refreshToken)).codes).toEqual([]);
  expect(await logOut(app, { token: mine.accessToken, scope: 'OTHERS' })).toBe(0);
});

test('ALL ends every session of the user, and none of another user [R14]', async () => {
  const { app, mine, second, third, eve } = await fourSessions();
  expect(await logOut(app, { token: mine.accessToken, scope: 'ALL' })).toBe(3);
  expect(await askAll(app, mine, second, third, eve)).toEqual([REVOKED, REVOKED, REVOKED, 'ok']);
  for (const { refreshToken } of [mine, second, third]) {
    expect((await app.refresh(refreshToken)).codes).toEqual(['INVALID_REFRESH_TOKEN']);
  }
});

test('OTHERS spares the caller’s session when its own refresh token is shown too', async () => {
  const { app, mine, second, third } = await fourSessions();
  expect(await logOut(app, { token: mine.accessToken, refreshToken: mine.refreshToken, scope: 'OTHERS' })).toBe(2);
  expect(await askAll(app, mine, second, third)).toEqual(['ok', REVOKED, REVOKED]);
});

test('with the refresh token of another user, OTHERS and ALL end that session as well', async () => {
  for (const [scope, ended] of [
    ['OTHERS', 3],
    ['ALL', 4],
  ] as const) {
    const { app, mine, eve } = await fourSessions();
    const eveToo = await app.login('eve@example.com');
    expect(await logOut(app, { token: mine.accessToken, refreshToken: eve.refreshToken, scope })).toBe(ended);
    expect(await askAll(app, eve, eveToo)).toEqual([REVOKED, 'ok']);
  }
});

test.each(['OTHERS', 'ALL'] as const)('%s needs a live session: nothing ends otherwise [R13]', async (scope) => {
  const { app, mine, second, third } = await fourSessions();
  expect(await logOut(app, { scope })).toBe('UNAUTHENTICATED TOKEN_MISSING');
  expect(await logOut(app, { token: 'garbage', scope })).toBe('UNAUTHENTICATED TOKEN_INVALID');
  expect(await logOut(app, { refreshToken: mine.refreshToken, scope })).toBe('UNAUTHENTICATED TOKEN_MISSING');
  await logOut(app, { token: third.accessToken });
  expect(await logOut(app, { token: third.accessToken, scope })).toBe(REVOKED);
  expect(await logOut(app, { token: third.accessToken, refreshToken: mine.refreshToken, scope })).toBe(REVOKED);
  expect(await askAll(app, mine, second)).toEqual(['ok', 'ok']);
  app.clock.advance(3600);
  expect(await logOut(app, { token: mine.accessToken, scope })).toBe('UNAUTHENTICATED TOKEN_EXPIRED');
  expect((await app.refresh(second.refreshToken)).codes).toEqual([]);
});

test.each(['OTHERS', 'ALL'] as const)('%s is refused to a token that was revoked while its session went on [R13]', async (scope) => {
  const { app, mine, second } = await fourSessions();
  await app.app.administration.revokeSession({ session: mine.sid, accessTokensOnly: true });
  expect(await logOut(app, { token: mine.accessToken, scope })).toBe(REVOKED);
  expect(await askAll(app, second)).toEqual(['ok']);
});

test('two sessions that log each other out at once: one of them wins, and no session is left to both', async () => {
  makeDriverYield();
  const app = await startApp();
  await app.register();
  for (let round = 0; round < 20; round += 1) {
    const [one, two] = [await app.login(), await app.login()];
    const [first, second] = await Promise.all([one, two].map(({ accessToken }) => logOut(app, { token: accessToken, scope: 'OTHERS' })));
    const won = typeof first === 'number' ? [first, second] : [second, first];
    expect([typeof won[0], won[1]]).toEqual(['number', REVOKED]);
    expect((await askAll(app, one, two)).sort()).toEqual([REVOKED, 'ok']);
    await logOut(app, { token: (await app.login()).accessToken, scope: 'ALL' });
  }
});

test('a scope that does not exist is refused before anything ends', async () => {
  const { app, mine, second } = await fourSessions();
  for (const scope of ['EVERYTHING', '', 0, 'all', null]) {
    const query = 'mutation($input: LogoutInput!) { logout(input: $input) { endedSessions } }';
    const { errors } = await app.send(query, { token: mine.accessToken, variables: { input: { scope } } });
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  }
  expect(await askAll(app, mine, second)).toEqual(['ok', 'ok']);
});

test('a session that had expired, and was not swept yet, does not count as ended by a logout of all', async () => {
  const app = await startApp();
  await app.register();
  app.clock.advance(15 * 86_400);
  const { accessToken } = await app.login();
  expect(await logOut(app, { token: accessToken, scope: 'ALL' })).toBe(1);
});
