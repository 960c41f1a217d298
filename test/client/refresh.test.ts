/**
 * Refreshing with `latchkey/client`: ahead of expiry, once for all tabs, whatever the clocks say, and never at the cost of a good session.
 */
import { expect, test } from 'vitest';
import { askWith, type ClientWorld, CREDENTIALS, claimsOf, startWorld, type Tab } from '../support/client/clients.js';
import { replaceWebLocks, useWebLocks } from '../support/client/web-locks.js';
import { act } from '../support/mutations/mutations.js';

const refreshesOf = ({ network }: ClientWorld) => network.sent.filter((name) => name === 'refreshToken').length;

async function startLoggedIn(...args: Parameters<typeof startWorld>): Promise<ClientWorld & { tab: Tab }> {
  const world = await startWorld(...args);
  const tab = world.open();
  await tab.register(CREDENTIALS);
  return { ...world, tab };
}

test('the next pair is there a minute before the access token expires', async () => {
  const { tab, ...world } = await startLoggedIn();
  const first = await tab.getAccessToken();
  const refreshed = tab.hear('REFRESHED');
  await world.pass(14 * 60 - 1);
  expect(refreshesOf(world)).toBe(0);
  await world.pass(1);
  await refreshed;
  expect(await tab.getAccessToken()).not.toBe(first);
  expect(await askWith(world, tab)).toBe('ok');
  const again = tab.hear('REFRESHED');
  await world.pass(14 * 60);
  await again;
  expect(refreshesOf(world)).toBe(2);
});

test('of a short life a fifth is left for the refresh', async () => {
  const { tab, ...world } = await startLoggedIn({ settings: { ACCESS_TOKEN_TTL: '10s' } });
  const refreshed = tab.hear('REFRESHED');
  await world.pass(8);
  await refreshed;
  expect(await askWith(world, tab)).toBe('ok');
});

test('all who want a token while there is none wait for one refresh', async () => {
  const { tab, ...world } = await startLoggedIn();
  await world.server.advance(16 * 60);
  world.clock.set(16 * 60);
  const tokens = await Promise.all(Array.from({ length: 20 }, () => tab.getAccessToken()));
  expect(new Set(tokens).size).toBe(1);
  expect(refreshesOf(world)).toBe(1);
  expect(await askWith(world, tab)).toBe('ok');
});

test.for(['in one program', 'with Web Locks'])('20 tabs that wake up at once make one refresh (%s)', async (where) => {
  if (where === 'with Web Locks') useWebLocks();
  else replaceWebLocks(undefined);
  const { tab, ...world } = await startLoggedIn();
  const tabs = [tab, ...Array.from({ length: 19 }, () => world.open())];
  await world.server.advance(16 * 60);
  world.clock.set(16 * 60);
  const tokens = await Promise.all(tabs.map((each) => each.getAccessToken()));
  expect(new Set(tokens).size).toBe(1);
  expect(refreshesOf(world)).toBe(1);
  expect(tabs.map(({ told }) => told.at(-1))).toEqual(Array(20).fill('REFRESHED'));
  expect(await askWith(world, tab)).toBe('ok');
});

test('two tabs without a common lock that refresh at once both go on', async () => {
  const { tab, ...world } = await startLoggedIn();
  const [key, text] = [...world.storage.items][0] ?? ['', ''];
  // The other tab read its token before this refresh and sends it afterwards.
  const answer = world.network.holdAnswer('refreshToken');
  const mine = tab.refresh();
  await answer.reached;
  const old = JSON.parse(text);
  const theirs = await world.server.refresh(old.refreshToken);
  world.storage.setItem(key, JSON.stringify({ ...old, ...theirs.tokens }));
  answer.release();
  expect(await mine).toBe(theirs.tokens?.accessToken);
  expect(await tab.refresh()).toBeTruthy();
  expect(await askWith(world, tab)).toBe('ok');
});

test.for([-86_400, -600, 600, 86_400])('a clock that is %i s off changes nothing', async (seconds) => {
  const { tab, ...world } = await startLoggedIn({ clientStart: Date.UTC(2030, 0, 1, 12) + seconds * 1000 });
  await world.pass(13 * 60);
  expect(refreshesOf(world)).toBe(0);
  const refreshed = tab.hear('REFRESHED');
  await world.pass(60);
  await refreshed;
  expect(await askWith(world, tab)).toBe('ok');
  expect(await askWith(world, world.open())).toBe('ok');
  expect(refreshesOf(world)).toBe(1);
});

test('a clock that is set back meanwhile makes no token look younger', async () => {
  const { tab, ...world } = await startLoggedIn();
  world.clock.set(-3600);
  const refreshed = tab.hear('REFRESHED');
  await world.pass(14 * 60);
  await refreshed;
  // A page opened now finds tokens whose time of request lies in the future.
  world.clock.set(-3600);
  expect(await askWith(world, world.open())).toBe('ok');
  expect(refreshesOf(world)).toBe(2);
});

test('after a sleep the first who asks waits for the refresh', async () => {
  const { tab, ...world } = await startLoggedIn();
  await world.server.advance(3600);
  world.clock.set(3600);
  expect(await askWith(world, tab)).toBe('ok');
  expect(refreshesOf(world)).toBe(1);
});

test('a page that is opened again goes on with the session', async () => {
  const { tab, ...world } = await startLoggedIn();
  tab.close();
  await world.pass(3600);
  const again = world.open();
  expect(again.state.sessionId).toBe(tab.state.sessionId);
  expect(await askWith(world, again)).toBe('ok');
});

test('without the network the session is kept, the application is told, and it is tried again', async () => {
  const { tab, ...world } = await startLoggedIn();
  world.network.isDown = true;
  const failed = tab.hear('REFRESH_FAILED UNREACHABLE');
  await world.pass(14 * 60);
  await failed;
  expect(tab.state).toMatchObject({ status: 'loggedIn', failure: { code: 'UNREACHABLE' } });
  expect(await askWith(world, tab)).toBe('ok');
  world.network.isDown = false;
  const refreshed = tab.hear('REFRESHED');
  await world.pass(1);
  await refreshed;
  expect(tab.state.failure).toBeNull();
});

test('without the network, who asks for a token after its end gets an error, and not null', async () => {
  const { tab, ...world } = await startLoggedIn();
  world.network.isDown = true;
  await world.server.advance(15 * 60);
  world.clock.set(15 * 60);
  expect(await tab.getAccessToken().catch((error: unknown) => error)).toMatchObject({ name: 'AuthError', code: 'UNREACHABLE' });
  expect(tab.state.status).toBe('loggedIn');
  world.network.isDown = false;
  expect(await askWith(world, tab)).toBe('ok');
});

test('a refresh whose answer is lost is asked for again at once, and the session goes on', async () => {
  const { tab, ...world } = await startLoggedIn();
  world.network.loseAnswer('refreshToken');
  expect(await tab.refresh()).toBeTruthy();
  expect(refreshesOf(world)).toBe(2);
  expect(await tab.refresh()).toBeTruthy();
  expect(await askWith(world, tab)).toBe('ok');
});

test('a refresh that gets no answer is asked for again before the server takes the old token for stolen', async () => {
  const { tab, ...world } = await startLoggedIn();
  const answer = world.network.holdAnswer('refreshToken');
  const refreshed = tab.refresh();
  await answer.reached;
  await world.pass(4);
  expect(await refreshed).toBeTruthy();
  expect(world.network.aborted).toEqual(['refreshToken']);
  expect(await tab.refresh()).toBeTruthy();
  expect(await askWith(world, tab)).toBe('ok');
});

test('a server that can’t know is asked again when it says, and not before', async () => {
  const { tab, ...world } = await startLoggedIn();
  await world.server.failCommit('lost');
  expect(await tab.refresh().catch((error: unknown) => error)).toMatchObject({ code: 'AUTH_UNAVAILABLE', retryAfter: 1 });
  expect(tab.state).toMatchObject({ status: 'loggedIn', failure: { code: 'AUTH_UNAVAILABLE' } });
  expect(await tab.refresh().catch((error: unknown) => error)).toMatchObject({ code: 'AUTH_UNAVAILABLE' });
  expect(refreshesOf(world)).toBe(1);
  const refreshed = tab.hear('REFRESHED');
  await world.pass(1);
  await refreshed;
  expect(await askWith(world, tab)).toBe('ok');
});

test('who refreshes too often is told to wait, and stays logged in', async () => {
  const { tab, ...world } = await startLoggedIn();
  for (let count = 0; count < 60; count += 1) await tab.refresh();
  expect(await tab.refresh().catch((error: unknown) => error)).toMatchObject({ code: 'RATE_LIMITED' });
  expect(tab.state.status).toBe('loggedIn');
  expect(await askWith(world, tab)).toBe('ok');
});

test('a session that has ended elsewhere ends here at the refresh, and in all tabs', async () => {
  const { tab, ...world } = await startLoggedIn();
  const other = world.open({ tabs: true });
  const third = world.open({ tabs: true });
  const told = third.hear('LOGGED_OUT ENDED');
  await world.server.send('mutation { logout { endedSessions } }', { token: (await tab.getAccessToken()) ?? '' });
  expect(await other.refresh()).toBeNull();
  await told;
  expect([other, third].map(({ state }) => state.status)).toEqual(['loggedOut', 'loggedOut']);
  expect(await tab.getAccessToken()).toBeNull();
  expect(tab.told.at(-1)).toBe('LOGGED_OUT OTHER_TAB');
  expect(world.storage.items.size).toBe(0);
});

test('a token that the server has revoked while the session goes on is replaced: roles were changed', async () => {
  const { tab, ...world } = await startLoggedIn();
  const { accessToken: token } = await world.server.makeAdministrator();
  const old = (await tab.getAccessToken()) ?? '';
  await act(world.server, 'setUserRoles', { userId: claimsOf(old).sub, roles: ['EDITOR'] }, token);
  expect(await world.server.ask(old)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
  expect(await tab.sessions()).toHaveLength(1);
  expect(claimsOf((await tab.getAccessToken()) ?? '').roles).toEqual(['EDITOR']);
  expect(tab.told).toEqual(['LOGGED_IN', 'REFRESHED']);
});

test('a token of a session that was revoked elsewhere logs out here', async () => {
  const { tab, ...world } = await startLoggedIn();
  await world.server.revokeUserSessions(CREDENTIALS.email);
  expect(await tab.sessions().catch((error: unknown) => error)).toMatchObject({ code: 'UNAUTHENTICATED', reason: 'TOKEN_REVOKED' });
  expect(tab.told).toEqual(['LOGGED_IN', 'LOGGED_OUT ENDED']);
  expect(world.storage.items.size).toBe(0);
});
