/** Logging out with `latchkey/client`: from that moment the client holds nothing, and it reports truthfully what the server did. */
import { expect, test } from 'vitest';
import { home } from '../support/client/client-home.js';
import { askWith, type ClientWorld, CREDENTIALS, startWorld, type Tab } from '../support/client/clients.js';

const REVOKED = 'UNAUTHENTICATED TOKEN_REVOKED';

async function startLoggedIn(...args: Parameters<typeof startWorld>): Promise<ClientWorld & { tab: Tab; token: string }> {
  const world = await startWorld(...args);
  const tab = world.open();
  await tab.register(CREDENTIALS);
  return { ...world, tab, token: (await tab.getAccessToken()) ?? '' };
}

const refreshTokenOf = ({ storage }: ClientWorld): string => JSON.parse([...storage.items.values()][0] ?? '{}').refreshToken;

test('a logout forgets the tokens before it has answered, and is in force when it has', async () => {
  const { tab, token, ...world } = await startLoggedIn();
  const refreshToken = refreshTokenOf(world);
  const answer = tab.logout();
  expect(tab.state).toMatchObject({ status: 'loggedOut', sessionId: null, pendingLogouts: 1 });
  expect([...world.storage.items.values()].join()).not.toContain(refreshToken);
  expect(await answer).toEqual({ local: true, server: 'confirmed', endedSessions: 1, failure: null });
  expect(tab.told).toEqual(['LOGGED_IN', 'LOGGED_OUT LOGOUT', 'LOGOUT_CONFIRMED']);
  expect(tab.state.pendingLogouts).toBe(0);
  expect(await world.server.ask(token)).toBe(REVOKED);
  expect((await world.server.refresh(refreshToken)).tokens).toBeNull();
  expect(world.storage.items.size).toBe(0);
  expect(await tab.getAccessToken()).toBeNull();
});

test('the timer of the refresh ends with the session', async () => {
  const { tab, ...world } = await startLoggedIn();
  await tab.logout();
  await world.pass(3600);
  expect(world.network.sent).toEqual(['register', 'logout']);
});

test('a logout without anybody logged in is done', async () => {
  const world = await startWorld();
  expect(await world.open().logout()).toEqual({ local: true, server: 'confirmed', endedSessions: 0, failure: null });
  expect(world.network.sent).toEqual([]);
});

test('without the network a logout is pending, and the server is told when it can be reached', async () => {
  const { tab, token, ...world } = await startLoggedIn();
  world.network.isDown = true;
  expect(await tab.logout()).toMatchObject({ local: true, server: 'pending', failure: { code: 'UNREACHABLE' } });
  expect(tab.state).toMatchObject({ status: 'loggedOut', pendingLogouts: 1 });
  expect(await world.server.ask(token)).toBe('ok');
  const again = tab.hear('LOGOUT_PENDING');
  await world.pass(1);
  await again;
  world.network.isDown = false;
  const confirmed = tab.hear('LOGOUT_CONFIRMED');
  await world.pass(2);
  await confirmed;
  expect(await world.server.ask(token)).toBe(REVOKED);
  expect(tab.state.pendingLogouts).toBe(0);
});

test('a logout that waits survives the page, and is told long after the access token has expired', async () => {
  const { tab, ...world } = await startLoggedIn();
  const refreshToken = refreshTokenOf(world);
  world.network.isDown = true;
  await tab.logout();
  tab.close();
  await world.pass(3600);
  world.network.isDown = false;
  const again = world.open();
  expect(again.state).toMatchObject({ status: 'loggedOut', pendingLogouts: 1 });
  const confirmed = again.hear('LOGOUT_CONFIRMED');
  await world.pass(0);
  await confirmed;
  expect((await world.server.refresh(refreshToken)).codes).toEqual(['INVALID_REFRESH_TOKEN']);
  expect(world.storage.items.size).toBe(0);
});

test('while a logout waits, nothing that is kept brings the session back', async () => {
  const { tab, token, ...world } = await startLoggedIn();
  const refreshToken = refreshTokenOf(world);
  world.network.isDown = true;
  await tab.logout();
  const kept = [...world.storage.items.values()].join();
  expect(kept).toContain(token);
  expect(kept).not.toContain(refreshToken);
  expect(await world.open().getAccessToken()).toBeNull();
});

test('a logout again tells the server again', async () => {
  const { tab, token, ...world } = await startLoggedIn();
  world.network.isDown = true;
  await tab.logout();
  expect(await tab.logout()).toMatchObject({ local: true, server: 'pending' });
  world.network.isDown = false;
  expect(await tab.logout()).toMatchObject({ local: true, server: 'confirmed' });
  expect(await world.server.ask(token)).toBe(REVOKED);
});

test('a logout of which the server can’t say whether it happened is sent again until it can', async () => {
  const { tab, token, ...world } = await startLoggedIn();
  await world.server.failCommit('lost');
  expect(await tab.logout()).toMatchObject({ local: true, server: 'pending', failure: { code: 'LOGOUT_UNCONFIRMED' } });
  const confirmed = tab.hear('LOGOUT_CONFIRMED');
  await world.pass(1);
  await confirmed;
  expect(await world.server.ask(token)).toBe(REVOKED);
});

test('a logout whose answer is lost is told again, and is then confirmed', async () => {
  const { tab, token, ...world } = await startLoggedIn();
  world.network.loseAnswer('logout');
  expect(await tab.logout()).toMatchObject({ server: 'pending' });
  expect(await world.server.ask(token)).toBe(REVOKED);
  expect(await tab.logout()).toMatchObject({ server: 'confirmed' });
});

test('a logout that is never answered is pending after 20 s', async () => {
  const { tab, ...world } = await startLoggedIn();
  const answer = world.network.holdAnswer('logout');
  const outcome = tab.logout();
  await answer.reached;
  world.clock.advance(20);
  expect(await outcome).toMatchObject({ local: true, server: 'pending' });
});

test('the tokens of a refresh that is under way at the logout are logged out too, and never kept', async () => {
  const { tab, ...world } = await startLoggedIn();
  const answer = world.network.holdAnswer('refreshToken');
  const refreshed = tab.refresh();
  await answer.reached;
  // The server has not yet received a logout, so the tokens that arrive now are live.
  world.network.isDown = true;
  expect(await tab.logout()).toMatchObject({ server: 'pending' });
  world.network.isDown = false;
  const confirmed = tab.hear('LOGOUT_CONFIRMED');
  answer.release();
  expect(await refreshed).toBeNull();
  await confirmed;
  expect(tab.told).not.toContain('REFRESHED');
  expect(tab.state).toMatchObject({ status: 'loggedOut', pendingLogouts: 0 });
  expect(world.storage.items.size).toBe(0);
  const { accessToken } = await world.server.login();
  expect((await world.server.send('{ sessions { id } }', { token: accessToken })).data.sessions).toHaveLength(1);
});

test('a refresh that another tab writes down in the instant of the logout is nobody’s session', async () => {
  const { tab, ...world } = await startLoggedIn();
  const other = world.open();
  const [key, text] = [...world.storage.items][0] ?? ['', ''];
  world.network.isDown = true;
  await tab.logout();
  world.storage.setItem(key, text);
  expect(await other.getAccessToken()).toBeNull();
  expect(other.state.status).toBe('loggedOut');
});

test('ALL ends every session; with an expired access token too', async () => {
  const { tab, ...world } = await startLoggedIn();
  const elsewhere = await world.server.login();
  await world.server.advance(16 * 60);
  world.clock.set(16 * 60);
  expect(await tab.logout({ scope: 'ALL' })).toEqual({ local: true, server: 'confirmed', endedSessions: 2, failure: null });
  expect((await world.server.refresh(elsewhere.refreshToken)).codes).toEqual(['INVALID_REFRESH_TOKEN']);
  expect(world.storage.items.size).toBe(0);
});

test('ALL without the network is told later, before a login that it would end', async () => {
  const { tab, ...world } = await startLoggedIn();
  const elsewhere = await world.server.login();
  world.network.isDown = true;
  expect(await tab.logout({ scope: 'ALL' })).toMatchObject({ server: 'pending' });
  expect(await tab.login(CREDENTIALS).catch((error: unknown) => error)).toMatchObject({ code: 'UNREACHABLE' });
  await world.pass(3600);
  world.network.isDown = false;
  await tab.login(CREDENTIALS);
  expect((await world.server.refresh(elsewhere.refreshToken)).codes).toEqual(['INVALID_REFRESH_TOKEN']);
  expect(tab.state).toMatchObject({ status: 'loggedIn', pendingLogouts: 0 });
  expect(await askWith(world, tab)).toBe('ok');
});

test('ALL with a session that is over already is refused: the others live on, and the user is told', async () => {
  const { tab, token, ...world } = await startLoggedIn();
  const elsewhere = await world.server.login();
  await world.server.send('mutation { logout { endedSessions } }', { token });
  expect(await tab.logout({ scope: 'ALL' })).toMatchObject({
    local: true,
    server: 'refused',
    failure: { code: 'UNAUTHENTICATED', reason: 'TOKEN_REVOKED' },
  });
  expect(tab.told.at(-1)).toBe('LOGOUT_REFUSED');
  expect(await world.server.ask(elsewhere.accessToken)).toBe('ok');
});

test('ALL stays ALL when a refresh that was under way brings new tokens', async () => {
  const { tab, ...world } = await startLoggedIn();
  const elsewhere = await world.server.login();
  const answer = world.network.holdAnswer('refreshToken');
  const refreshed = tab.refresh();
  await answer.reached;
  world.network.isDown = true;
  expect(await tab.logout({ scope: 'ALL' })).toMatchObject({ server: 'pending' });
  world.network.isDown = false;
  const confirmed = tab.hear('LOGOUT_CONFIRMED');
  answer.release();
  await refreshed;
  await confirmed;
  expect(await world.server.ask(elsewhere.accessToken)).toBe(REVOKED);
  expect(tab.state.pendingLogouts).toBe(0);
});

test('ALL when nobody is logged in here any more is refused: no token shows whose sessions are meant', async () => {
  const { tab, ...world } = await startLoggedIn();
  const elsewhere = await world.server.login();
  await tab.logout();
  expect(await tab.logout({ scope: 'ALL' })).toEqual({
    local: true,
    server: 'refused',
    endedSessions: 0,
    failure: expect.objectContaining({ code: 'UNAUTHENTICATED', reason: 'TOKEN_MISSING' }),
  });
  expect(await world.server.ask(elsewhere.accessToken)).toBe('ok');
});

test('ALL when one session waits to be ended is refused too, and that one is told', async () => {
  const { tab, token, ...world } = await startLoggedIn();
  const elsewhere = await world.server.login();
  world.network.isDown = true;
  await tab.logout();
  world.network.isDown = false;
  const confirmed = tab.hear('LOGOUT_CONFIRMED');
  expect(await tab.logout({ scope: 'ALL' })).toMatchObject({ server: 'refused' });
  await world.pass(0);
  await confirmed;
  expect(await world.server.ask(token)).toBe(REVOKED);
  expect(await world.server.ask(elsewhere.accessToken)).toBe('ok');
});

test('ALL again says what has become of it', async () => {
  const { tab, ...world } = await startLoggedIn();
  const elsewhere = await world.server.login();
  world.network.isDown = true;
  await tab.logout({ scope: 'ALL' });
  expect(await tab.logout({ scope: 'ALL' })).toMatchObject({ server: 'pending', failure: { code: 'UNREACHABLE' } });
  world.network.isDown = false;
  expect(await tab.logout({ scope: 'ALL' })).toMatchObject({ server: 'confirmed', endedSessions: 2 });
  expect(await world.server.ask(elsewhere.accessToken)).toBe(REVOKED);
});

test('ALL that waits and is refused at last is not said to be done', async () => {
  const { tab, token, ...world } = await startLoggedIn();
  world.network.isDown = true;
  await tab.logout({ scope: 'ALL' });
  world.network.isDown = false;
  await world.server.send('mutation { logout { endedSessions } }', { token });
  expect(await tab.logout()).toMatchObject({ server: 'refused', failure: { reason: 'TOKEN_REVOKED' } });
});

test('a login that has to wait for a logout says why it can’t, whatever becomes of another logout', async () => {
  const world = await startWorld();
  const isCut = { all: true, everything: true };
  const tab = world.open({
    async fetch(input, init) {
      const body = String(init?.body);
      if (body.includes('logout(') && (isCut.everything || (isCut.all && body.includes('"ALL"')))) throw new TypeError('cut');
      return world.network.fetch(input, init);
    },
  });
  await tab.register(CREDENTIALS);
  const replaced = tab.hear('LOGOUT_PENDING');
  await tab.login(CREDENTIALS);
  await replaced;
  expect(await tab.logout({ scope: 'ALL' })).toMatchObject({ server: 'pending' });
  isCut.everything = false;
  expect(await tab.login(CREDENTIALS).catch((error: unknown) => error)).toMatchObject({ name: 'AuthError', code: 'UNREACHABLE' });
  isCut.all = false;
  await tab.login(CREDENTIALS);
  expect(await askWith(world, tab)).toBe('ok');
});

test('OTHERS keeps the own session', async () => {
  const { tab, ...world } = await startLoggedIn();
  const elsewhere = await world.server.login();
  expect(await tab.logout({ scope: 'OTHERS' })).toEqual({ local: false, server: 'confirmed', endedSessions: 1, failure: null });
  expect(await world.server.ask(elsewhere.accessToken)).toBe(REVOKED);
  expect(await askWith(world, tab)).toBe('ok');
});

test('a session that is revoked from the list of sessions is over; the own one here too', async () => {
  const { tab, ...world } = await startLoggedIn();
  const elsewhere = await world.server.login();
  expect(await tab.revokeSession({ sessionId: elsewhere.sid })).toMatchObject({ session: { id: elsewhere.sid }, userErrors: [] });
  expect(await world.server.ask(elsewhere.accessToken)).toBe(REVOKED);
  expect(await tab.revokeSession({ sessionId: 'unknown' })).toMatchObject({ session: null, userErrors: [{ code: 'NOT_FOUND' }] });
  expect(tab.state.status).toBe('loggedIn');
  await tab.revokeSession({ sessionId: tab.state.sessionId ?? '' });
  expect(tab.told.at(-1)).toBe('LOGGED_OUT LOGOUT');
  expect(world.storage.items.size).toBe(0);
});

test('in memory a logout waits as long as the page lives', async () => {
  const world = await startWorld();
  const tab = world.open({ tokens: 'memory' });
  await tab.register(CREDENTIALS);
  const token = (await tab.getAccessToken()) ?? '';
  world.network.isDown = true;
  expect(await tab.logout()).toMatchObject({ server: 'pending' });
  world.network.isDown = false;
  const confirmed = tab.hear('LOGOUT_CONFIRMED');
  await world.pass(1);
  await confirmed;
  expect(await world.server.ask(token)).toBe(REVOKED);
});

test('a storage that refuses to keep anything is memory', async () => {
  const world = await startWorld();
  const refuse = () => {
    throw new Error('QuotaExceededError');
  };
  const tab = world.open({ tokens: { getItem: refuse, setItem: refuse, removeItem: refuse } });
  await tab.register(CREDENTIALS);
  expect(await askWith(world, tab)).toBe('ok');
  expect(await tab.logout()).toMatchObject({ local: true, server: 'confirmed' });
});

test('a listener that throws keeps nobody else from being told', async () => {
  const world = await startWorld();
  const tab = world.open();
  const thrown = home.untilUnhandled();
  const unsubscribe = tab.onChange(() => {
    throw new Error('mine');
  });
  await tab.register(CREDENTIALS);
  expect(tab.told).toEqual(['LOGGED_IN']);
  unsubscribe();
  expect(await thrown).toMatchObject({ message: 'mine' });
});
