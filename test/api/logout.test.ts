/** What `logout` ends, and what it leaves alone. */
import { expect, test } from 'vitest';
import { startApp } from '../support/app/start-app.js';
import { failureOf, logOut } from '../support/mutations/mutations.js';
import { NameResolver } from '../support/resolvers/own-resolvers.js';

const REVOKED = 'UNAUTHENTICATED TOKEN_REVOKED';
const REFUSED = { tokens: null, codes: ['INVALID_REFRESH_TOKEN'] };

test('a revoked token is refused on the next request [R4]', async () => {
  const { register, send, ask } = await startApp();
  const { accessToken } = await register();
  expect(await ask(accessToken)).toBe('ok');
  const { data } = await send('mutation { logout { loggedOutAt endedSessions userErrors { code } } }', { token: accessToken });
  expect(data.logout).toEqual({ loggedOutAt: '2030-01-01T12:00:00.000Z', endedSessions: 1, userErrors: [] });
  expect(await ask(accessToken)).toBe(REVOKED);
});

test('a logout ends every token of its session, and nothing of another one or of another user [R14]', async () => {
  const app = await startApp();
  const first = await app.register();
  const other = await app.login();
  const eve = await app.register('eve@example.com');
  const { tokens: second } = await app.refresh(first.refreshToken);
  expect(await logOut(app, { token: first.accessToken })).toBe(1);
  for (const dead of [first, second]) {
    expect(await app.ask(dead?.accessToken)).toBe(REVOKED);
    expect(await app.refresh(dead?.refreshToken ?? '')).toEqual(REFUSED);
  }
  for (const live of [other, eve]) {
    expect(await app.ask(live.accessToken)).toBe('ok');
    expect((await app.refresh(live.refreshToken)).codes).toEqual([]);
  }
});

test.each([
  ['no argument', 'mutation { logout { endedSessions } }', undefined],
  ['an empty input', 'mutation { logout(input: {}) { endedSessions } }', undefined],
  ['an empty variable', 'mutation($input: LogoutInput!) { logout(input: $input) { endedSessions } }', { input: {} }],
  ['a variable with a default', 'mutation($input: LogoutInput! = {}) { logout(input: $input) { endedSessions } }', undefined],
  ['a literal scope', 'mutation { logout(input: { scope: CURRENT }) { endedSessions } }', undefined],
  ['nulls', 'mutation($input: LogoutInput!) { logout(input: $input) { endedSessions } }', { input: { refreshToken: null } }],
])('a logout with %s ends the current session only [R14]', async (_, query, variables) => {
  const app = await startApp();
  const first = await app.register();
  const other = await app.login();
  const { data } = await app.send(query, { token: first.accessToken, ...(variables ? { variables } : {}) });
  expect(data).toEqual({ logout: { endedSessions: 1 } });
  expect([await app.ask(first.accessToken), await app.ask(other.accessToken)]).toEqual([REVOKED, 'ok']);
});

test('an expired access token ends its session all the same [R13]', async () => {
  const app = await startApp();
  const { accessToken, refreshToken } = await app.register();
  app.clock.advance(3600);
  expect(await logOut(app, { token: accessToken })).toBe(1);
  expect(await app.refresh(refreshToken)).toEqual(REFUSED);
  expect(await logOut(app, { token: accessToken })).toBe(0);
});

test('a logout that is repeated answers success with no ended session [R13]', async () => {
  const app = await startApp();
  const { accessToken } = await app.register();
  expect([await logOut(app, { token: accessToken }), await logOut(app, { token: accessToken })]).toEqual([1, 0]);
});

test('a token that was revoked while its session went on still ends the session [R13]', async () => {
  const app = await startApp();
  const { accessToken, refreshToken, sid } = await app.register();
  await app.app.administration.revokeSession({ session: sid, accessTokensOnly: true });
  expect(await app.ask(accessToken)).toBe(REVOKED);
  expect(await logOut(app, { token: accessToken })).toBe(1);
  expect(await app.refresh(refreshToken)).toEqual(REFUSED);
});

test('a refresh token alone logs its session out, an old one too [R13]', async () => {
  const app = await startApp();
  const first = await app.register();
  const { tokens: second } = await app.refresh(first.refreshToken);
  expect(await logOut(app, { refreshToken: first.refreshToken })).toBe(1);
  expect(await app.ask(second?.accessToken)).toBe(REVOKED);
  expect(await logOut(app, { refreshToken: second?.refreshToken ?? '' })).toBe(0);
});

test('a token and a refresh token of different sessions end both [R13]', async () => {
  const app = await startApp();
  const first = await app.register();
  const second = await app.login();
  const third = await app.login();
  expect(await logOut(app, { token: first.accessToken, refreshToken: second.refreshToken })).toBe(2);
  expect(await Promise.all([first, second, third].map(({ accessToken }) => app.ask(accessToken)))).toEqual([REVOKED, REVOKED, 'ok']);
});

test('a token and a refresh token of one session end it once', async () => {
  const app = await startApp();
  const { accessToken, refreshToken } = await app.register();
  expect(await logOut(app, { token: accessToken, refreshToken })).toBe(1);
});

test('a useless refresh token beside a right access token does not hinder the logout', async () => {
  const app = await startApp();
  const { accessToken } = await app.register();
  expect(await logOut(app, { token: accessToken, refreshToken: 'nonsense' })).toBe(1);
  expect(await app.ask(accessToken)).toBe(REVOKED);
});

test('a garbage access token does not hinder the logout of a refresh token', async () => {
  const app = await startApp();
  const { accessToken, refreshToken } = await app.register();
  expect(await logOut(app, { token: 'garbage', refreshToken })).toBe(1);
  expect(await app.ask(accessToken)).toBe(REVOKED);
});

test('a logout without any token is refused', async () => {
  const app = await startApp();
  const { accessToken } = await app.register();
  expect(await logOut(app, {})).toBe('UNAUTHENTICATED TOKEN_MISSING');
  expect(await logOut(app, { token: 'garbage' })).toBe('UNAUTHENTICATED TOKEN_INVALID');
  expect(await logOut(app, { refreshToken: 'nonsense' })).toBe('INVALID_REFRESH_TOKEN');
  expect(await logOut(app, { refreshToken: `lkr_${'A'.repeat(65)}` })).toBe('INVALID_REFRESH_TOKEN');
  expect(await app.ask(accessToken)).toBe('ok');
});

test('a field after logout in the same operation is refused [R2]', async () => {
  const { register, send } = await startApp();
  const { accessToken, sid } = await register();
  const query = `mutation { a: logout { endedSessions } b: revokeSession(input: { sessionId: "${sid}" }) { session { id } } }`;
  const { data, errors, status } = await send(query, { token: accessToken });
  expect(status).toBe(200);
  expect(data).toEqual({ a: { endedSessions: 1 }, b: null });
  expect(errors?.[0]?.extensions).toEqual({ code: 'UNAUTHENTICATED', reason: 'TOKEN_REVOKED', sessionEnded: true });
});

test('a field of an embedding application after logout is refused, one before it is not [R2]', async () => {
  const names = new NameResolver();
  const { register, send } = await startApp({ resolvers: [names] });
  const { accessToken } = await register();
  const query = 'mutation { before: changeName(name: "Ada") logout { endedSessions } after: changeName(name: "Eve") }';
  const answer = await send(query, { token: accessToken });
  expect(answer.data).toEqual({ before: 'Ada', logout: { endedSessions: 1 }, after: null });
  expect(answer.errors).toHaveLength(1);
  expect(answer.errors?.[0]?.path).toEqual(['after']);
  expect(failureOf(answer)).toBe(REVOKED);
  expect(names.name).toBe('Ada');
});

test('a second logout in the same operation answers no ended session, and one for ALL is refused [R2]', async () => {
  const app = await startApp();
  const { accessToken } = await app.register();
  const other = await app.login();
  const query = 'mutation { a: logout { endedSessions } b: logout { endedSessions } c: logout(input: { scope: ALL }) { endedSessions } }';
  const answer = await app.send(query, { token: accessToken });
  expect(answer.data).toEqual({ a: { endedSessions: 1 }, b: { endedSessions: 0 }, c: null });
  expect(failureOf(answer)).toBe(REVOKED);
  expect(await app.ask(other.accessToken)).toBe('ok');
});
