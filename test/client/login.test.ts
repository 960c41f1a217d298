/** Logging in with `latchkey/client`: what the client holds afterwards, what the caller sees, and how the previous session ends. */
import { expect, test } from 'vitest';
import { AuthError } from '../../src/client/auth-client.js';
import { PASSWORD } from '../support/app/requests.js';
import { askWith, CREDENTIALS, startWorld } from '../support/client/clients.js';

test.for(['memory', 'storage'] as const)('who registers is logged in (%s)', async (kept) => {
  const world = await startWorld();
  const tab = world.open({ tokens: kept === 'memory' ? kept : world.storage });
  expect(tab.state).toEqual({ status: 'loggedOut', sessionId: null, failure: null, pendingLogouts: 0 });
  expect(await tab.getAccessToken()).toBeNull();

  const answer = await tab.register({ ...CREDENTIALS, name: 'Ada', deviceName: 'Laptop' });
  expect(answer).toEqual({
    confirmationSent: false,
    user: { id: expect.any(String), email: CREDENTIALS.email, name: 'Ada', roles: [] },
    userErrors: [],
  });
  expect(await askWith(world, tab)).toBe('ok');
  expect(tab.told).toEqual(['LOGGED_IN']);
  const [session] = await tab.sessions();
  expect(session).toMatchObject({ current: true, deviceName: 'Laptop' });
  expect(tab.state).toEqual({ status: 'loggedIn', sessionId: session?.id, failure: null, pendingLogouts: 0 });
  expect(world.storage.items.size).toBe(kept === 'memory' ? 0 : 1);
});

test('a wrong password is what the user got wrong, and nobody is logged out by it', async () => {
  const world = await startWorld();
  const tab = world.open();
  await tab.register(CREDENTIALS);
  const { sessionId } = tab.state;
  const answer = await tab.login({ ...CREDENTIALS, password: 'something else' });
  expect(answer).toMatchObject({ user: null, userErrors: [{ code: 'INVALID_CREDENTIALS' }] });
  expect(tab.state.sessionId).toBe(sessionId);
  expect(await askWith(world, tab)).toBe('ok');
});

test('a login in the place of another one ends the other session on the server too', async () => {
  const world = await startWorld();
  const tab = world.open();
  await tab.register(CREDENTIALS);
  const old = await tab.getAccessToken();
  const isOver = tab.hear('LOGOUT_CONFIRMED');
  await tab.login(CREDENTIALS);
  await isOver;
  expect(tab.told).toEqual(['LOGGED_IN', 'LOGGED_OUT REPLACED', 'LOGGED_IN', 'LOGOUT_CONFIRMED']);
  expect(await world.server.ask(old ?? undefined)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
  expect(await askWith(world, tab)).toBe('ok');
  expect(await tab.sessions()).toHaveLength(1);
});

test('a logout while a login is under way ends the session that the login opens', async () => {
  const world = await startWorld();
  const { sid } = await world.server.register();
  const tab = world.open();
  const answer = world.network.holdAnswer('login');
  const login = tab.login(CREDENTIALS).catch((error: unknown) => error);
  await answer.reached;
  await tab.logout();
  const isOver = tab.hear('LOGOUT_CONFIRMED');
  answer.release();
  expect(await login).toMatchObject({ code: 'LOGGED_OUT' });
  await isOver;
  expect(tab.state.status).toBe('loggedOut');
  const { data } = await world.server.send('{ sessions { id } }', { token: (await world.server.login()).accessToken });
  expect(data.sessions).toHaveLength(2);
  expect(data.sessions).toContainEqual({ id: sid });
});

test('a change of the password gives the same session new tokens', async () => {
  const world = await startWorld();
  const tab = world.open();
  await tab.register(CREDENTIALS);
  const old = await tab.getAccessToken();
  const answer = await tab.changePassword({ currentPassword: PASSWORD, newPassword: 'another horse battery' });
  expect(answer).toEqual({ endedSessions: 0, userErrors: [] });
  expect(tab.told).toEqual(['LOGGED_IN', 'REFRESHED']);
  expect(await world.server.ask(old ?? undefined)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
  expect(await askWith(world, tab)).toBe('ok');
  await world.pass(15 * 60);
  expect(await askWith(world, tab)).toBe('ok');
});

test('a server that gives no answer is an error that tells nothing of what was sent', async () => {
  const world = await startWorld();
  const tab = world.open();
  await tab.register(CREDENTIALS);
  const token = await tab.getAccessToken();
  world.network.isDown = true;
  const failures = [await tab.login(CREDENTIALS).catch(String), await tab.sessions().catch(String)];
  expect(failures).toEqual(Array(2).fill('AuthError: UNREACHABLE'));
  expect(token).toBeTruthy();
  const elsewhere = world.open({ url: world.url.replace('/graphql', '/livez') });
  world.network.isDown = false;
  expect(await elsewhere.login(CREDENTIALS).catch((error: unknown) => error)).toBeInstanceOf(AuthError);
});

test('what a storage holds that is no pair of tokens is nobody’s session, and is never sent', async () => {
  const world = await startWorld();
  const token = `e30.${btoa(JSON.stringify({ sid: 's', iat: 0, exp: 9000 }))}.x`;
  const withNewline = JSON.stringify({ accessToken: `${token}\n`, refreshToken: null, askedAt: world.clock.now() });
  for (const text of ['', 'null', '[]', '{"a":1}', '{"accessToken":"a.b.c"}', withNewline]) {
    world.storage.setItem(`latchkey:${world.url}`, text);
    expect([text, await world.open().getAccessToken()]).toEqual([text, null]);
  }
  expect(world.network.sent).toEqual([]);
  world.storage.setItem(`latchkey:${world.url}`, withNewline.replace('\\n', ''));
  expect(await world.open().getAccessToken()).toBe(token);
});
