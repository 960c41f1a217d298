/** `latchkey/client` in several tabs of one browser: every tab learns what happens in any of them. */
import { expect, test } from 'vitest';
import { home } from '../support/client/client-home.js';
import { askWith, CREDENTIALS, startWorld } from '../support/client/clients.js';
import { replaceWebLocks, useWebLocks } from '../support/client/web-locks.js';

const REVOKED = 'UNAUTHENTICATED TOKEN_REVOKED';

test('a login, a refresh and a logout in one tab are those of the other tab', async () => {
  const world = await startWorld();
  const [tab, other] = [world.open({ tabs: true }), world.open({ tabs: true })];
  const loggedIn = other.hear('LOGGED_IN');
  await tab.register(CREDENTIALS);
  await loggedIn;
  expect(other.state.sessionId).toBe(tab.state.sessionId);
  const refreshed = other.hear('REFRESHED');
  await tab.refresh();
  await refreshed;
  expect(await other.getAccessToken()).toBe(await tab.getAccessToken());
  const confirmed = other.hear('LOGOUT_CONFIRMED');
  await tab.logout();
  await confirmed;
  expect(other.told).toEqual(['LOGGED_IN', 'REFRESHED', 'LOGGED_OUT OTHER_TAB', 'LOGOUT_CONFIRMED']);
  expect(other.state).toEqual({ status: 'loggedOut', sessionId: null, failure: null, pendingLogouts: 0 });
});

test('a session that was ended elsewhere is over in every tab when one of them meets the refusal', async () => {
  const world = await startWorld();
  const [tab, ...others] = [world.open({ tabs: true }), world.open({ tabs: true }), world.open({ tabs: true })];
  const loggedIn = others.map((other) => other.hear('LOGGED_IN'));
  await tab.register(CREDENTIALS);
  await Promise.all(loggedIn);
  await world.server.revokeUserSessions(CREDENTIALS.email);
  expect(await askWith(world, tab)).toBe(REVOKED);
  const told = others.map((other) => other.hear('LOGGED_OUT ENDED'));
  expect(await tab.renew((await tab.getAccessToken()) ?? '')).toBeNull();
  await Promise.all(told);
  for (const other of others) {
    expect(other.state).toMatchObject({ status: 'loggedOut', sessionId: null });
    expect(await other.getAccessToken()).toBeNull();
  }
  expect(world.network.sent).toEqual(['register', 'refreshToken']);
  expect(world.storage.items.size).toBe(0);
});

test('a tab that has heard nothing notices when it is asked', async () => {
  const world = await startWorld();
  const [tab, deaf] = [world.open(), world.open()];
  await tab.register(CREDENTIALS);
  expect(await askWith(world, deaf)).toBe('ok');
  await tab.logout();
  expect(await deaf.getAccessToken()).toBeNull();
  expect(deaf.told).toEqual(['LOGGED_IN', 'LOGGED_OUT OTHER_TAB']);
});

test('pages that keep their tokens in memory have sessions of their own, and a logout in one ends them all', async () => {
  const world = await startWorld();
  const [tab, other] = [world.open({ tokens: 'memory', tabs: true }), world.open({ tokens: 'memory', tabs: true })];
  await tab.register(CREDENTIALS);
  await other.login(CREDENTIALS);
  const tokens = [await tab.getAccessToken(), await other.getAccessToken()];
  const confirmed = other.hear('LOGOUT_CONFIRMED');
  expect(await tab.logout()).toMatchObject({ server: 'confirmed', endedSessions: 1 });
  await confirmed;
  for (const token of tokens) expect(await world.server.ask(token ?? '')).toBe(REVOKED);
  expect(other.state.status).toBe('loggedOut');
  expect(world.network.sent.filter((name) => name === 'logout')).toHaveLength(2);
});

test.skipIf(home.isPage)('in a program without tabs the sessions of two clients have nothing to do with each other', async () => {
  const world = await startWorld();
  const [one, two] = [world.open({ tokens: 'memory', tabs: undefined }), world.open({ tokens: 'memory', tabs: undefined })];
  await one.register(CREDENTIALS);
  await two.login(CREDENTIALS);
  const answer = world.network.holdAnswer('refreshToken');
  const refreshed = one.refresh();
  await answer.reached;
  expect(await two.refresh()).toBeTruthy();
  answer.release();
  await refreshed;
  await one.logout();
  expect(await askWith(world, two)).toBe('ok');
});

test.runIf(home.isPage)('a page has tabs without being asked', async () => {
  const world = await startWorld();
  const [tab, other] = [world.open({ tabs: undefined }), world.open({ tabs: undefined })];
  const loggedIn = other.hear('LOGGED_IN');
  await tab.register(CREDENTIALS);
  await loggedIn;
  const told = other.hear('LOGGED_OUT OTHER_TAB');
  await tab.logout();
  await told;
});

test('when the network is back, or the page is looked at, what waits is done at once', async () => {
  const happen = home.openWindow();
  const world = await startWorld();
  const tab = world.open({ tabs: true });
  await tab.register(CREDENTIALS);
  world.network.isDown = true;
  await tab.refresh().catch(() => undefined);
  world.network.isDown = false;
  const refreshed = tab.hear('REFRESHED');
  happen('online');
  await refreshed;
  world.network.isDown = true;
  await tab.logout();
  world.network.isDown = false;
  const confirmed = tab.hear('LOGOUT_CONFIRMED');
  happen('focus');
  await confirmed;
  tab.close();
  const { length } = world.network.sent;
  happen('online');
  expect(world.network.sent).toHaveLength(length);
});

test('a tab that went to sleep with the lock holds up the others for 30 s, and no longer', async () => {
  const locks = useWebLocks();
  const world = await startWorld();
  const tab = world.open();
  await tab.register(CREDENTIALS);
  const name = `latchkey:${world.url}`;
  expect([...locks.names]).toEqual([name]);
  await locks.holdUntilFinished(name);
  const refreshed = tab.refresh();
  await locks.untilWaiting(name);
  world.clock.advance(30);
  expect(await refreshed).toBeTruthy();
});

test('a tab that is closed while it refreshes writes the new tokens down, and fails at nothing', async () => {
  const world = await startWorld();
  const tab = world.open({ tabs: true });
  await tab.register(CREDENTIALS);
  const answer = world.network.holdAnswer('refreshToken');
  const refreshed = tab.refresh();
  await answer.reached;
  tab.close();
  answer.release();
  expect(await refreshed).toBeTruthy();
  expect(await world.open().getAccessToken()).toBe(await refreshed);
});

test('where Web Locks are forbidden they are done without', async () => {
  replaceWebLocks({ request: () => Promise.reject(new Error('SecurityError')) });
  const world = await startWorld();
  const tab = world.open();
  await tab.register(CREDENTIALS);
  expect(await tab.refresh()).toBeTruthy();
  expect(await askWith(world, tab)).toBe('ok');
});
