/** `latchkey/client` in tabs that hear of each other by messages and by a storage: whichever comes first, all of them say the same. */
import { expect, test, vi } from 'vitest';
import { home } from '../support/client/client-home.js';
import { type ClientWorld, CREDENTIALS, startWorld, type Tab } from '../support/client/clients.js';
import { type LaggingStorage, lagMessages, lagStorage } from '../support/client/lagging-tabs.js';
import { useWebLocks } from '../support/client/web-locks.js';

const LOGGED_OUT = { status: 'loggedOut', sessionId: null, failure: null, pendingLogouts: 0 };

interface LaggingTab {
  readonly tab: Tab;
  readonly storage: LaggingStorage;
  /** The writes of the other tabs arrive here, all of them or the next ones, and then the event that says so. */
  arrive(count?: number): void;
}

interface LaggingWorld extends ClientWorld {
  readonly deliver: () => void;
  readonly happen: ReturnType<typeof home.openWindow>;
  openTab(): LaggingTab;
}

type Mode = 'cookie' | 'storage';

async function startLagging(mode: Mode): Promise<LaggingWorld> {
  const happen = home.openWindow();
  const { deliver } = lagMessages();
  const world = await startWorld();
  const views = lagStorage();
  const { fetch } = mode === 'cookie' ? await home.openCookies(world.network.fetch) : world.network;
  const openTab = () => {
    const storage = views.open();
    storage.arrive();
    // A client looks for `localStorage` once, when it is made.
    if (mode === 'cookie') vi.stubGlobal('localStorage', storage);
    const tab = world.open({ tokens: mode === 'cookie' ? mode : storage, tabs: true, fetch });
    const arrive = (count?: number) => {
      storage.arrive(count);
      happen('storage');
    };
    return { tab, storage, arrive };
  };
  return { ...world, deliver, happen, openTab };
}

/** Three tabs in one session, which all of them know. */
async function startThree(mode: Mode) {
  const world = await startLagging(mode);
  const [one, two, three] = [world.openTab(), world.openTab(), world.openTab()];
  await one.tab.register(CREDENTIALS);
  world.deliver();
  for (const { arrive } of [one, two, three]) arrive();
  for (const { tab } of [one, two, three]) expect(tab.state.status).toBe('loggedIn');
  return { ...world, one, two, three };
}

const MODES = ['cookie', 'storage'] as const;

test.each(MODES)('%s: a confirmed logout is confirmed in every tab, however far the storage is behind its message', async (mode) => {
  const world = await startThree(mode);
  await world.one.tab.logout();
  // The first tab has stored that the logout waits, and later that it is done. One tab sees half of it, the other one nothing.
  world.two.storage.arrive(1);
  world.deliver();
  for (const { tab } of [world.two, world.three]) {
    expect(tab.state).toEqual(LOGGED_OUT);
    expect(tab.told.slice(-2)).toEqual(['LOGGED_OUT OTHER_TAB', 'LOGOUT_CONFIRMED']);
  }
  for (const { tab, arrive } of [world.two, world.three]) {
    for (let write = 0; write < 10; write += 1) {
      arrive(1);
      expect(tab.state).toEqual(LOGGED_OUT);
    }
  }
});

test.each(MODES)('%s: the storage may also be first, and then every tab says the same', async (mode) => {
  const world = await startThree(mode);
  const answer = world.network.holdAnswer('logout');
  const logout = world.one.tab.logout();
  await answer.reached;
  world.two.arrive();
  expect(world.two.tab.state).toMatchObject({ status: 'loggedOut', pendingLogouts: 1 });
  answer.release();
  await logout;
  world.two.arrive();
  expect(world.two.tab.state).toEqual(LOGGED_OUT);
  world.deliver();
  expect(world.two.tab.state).toEqual(LOGGED_OUT);
  expect(world.two.tab.told).toContain('LOGOUT_CONFIRMED');
});

test.each(MODES)('%s: a logout that waits is said to wait before the storage shows it', async (mode) => {
  const world = await startThree(mode);
  world.network.isDown = true;
  await world.one.tab.logout();
  world.deliver();
  for (const { tab } of [world.two, world.three]) expect(tab.state).toMatchObject({ status: 'loggedOut', pendingLogouts: 1 });
  world.two.arrive();
  expect(world.two.tab.state.pendingLogouts).toBe(1);
  world.network.isDown = false;
  const confirmed = world.one.tab.hear('LOGOUT_CONFIRMED');
  await world.pass(1);
  await confirmed;
  world.deliver();
  for (const { tab } of [world.two, world.three]) expect(tab.state).toEqual(LOGGED_OUT);
});

test('a login in another tab is noticed when the storage shows it, which is after its message', async () => {
  const world = await startLagging('storage');
  const [one, two] = [world.openTab(), world.openTab()];
  await one.tab.register(CREDENTIALS);
  world.deliver();
  expect(two.tab.state.status).toBe('loggedOut');
  two.arrive();
  expect(two.tab.state).toMatchObject({ status: 'loggedIn', sessionId: one.tab.state.sessionId });
});

test.each(MODES)('%s: a refresh in another tab does not bring back the session that was logged out meanwhile', async (mode) => {
  const world = await startThree(mode);
  await world.two.tab.refresh();
  // The message of the refresh and that of the logout are both under way, and the logout is confirmed.
  await world.one.tab.logout();
  for (const { arrive } of [world.one, world.two, world.three]) arrive();
  world.deliver();
  world.clock.advance(3);
  for (const { tab } of [world.one, world.two, world.three]) {
    expect(await tab.getAccessToken()).toBeNull();
    expect(tab.state).toEqual(LOGGED_OUT);
  }
});

test('the end of a session does not end the next one, whose login is heard of first', async () => {
  const world = await startThree('cookie');
  await world.one.tab.logout();
  await world.one.tab.login(CREDENTIALS);
  const { sessionId } = world.one.tab.state;
  world.deliver();
  for (const { tab } of [world.one, world.two, world.three]) expect(tab.state).toMatchObject({ status: 'loggedIn', sessionId });
});

test.each(MODES)('%s: a logout whose tab was closed is sent by another one', async (mode) => {
  const world = await startThree(mode);
  world.network.isDown = true;
  await world.one.tab.logout();
  world.one.tab.close();
  world.deliver();
  for (const { arrive } of [world.two, world.three]) arrive();
  world.network.isDown = false;
  const confirmed = world.two.tab.hear('LOGOUT_CONFIRMED');
  await world.pass(90);
  await confirmed;
  world.deliver();
  for (const { tab } of [world.two, world.three]) expect(tab.state).toEqual(LOGGED_OUT);
});

test('a tab that is looked at while another one logs out sends nothing of its own', async () => {
  useWebLocks();
  const world = await startThree('cookie');
  const answer = world.network.holdAnswer('logout');
  const logout = world.one.tab.logout();
  await answer.reached;
  world.two.arrive();
  world.happen('focus');
  answer.release();
  await logout;
  world.deliver();
  world.two.arrive();
  world.clock.advance(3);
  expect(world.network.sent.filter((name) => name === 'logout')).toHaveLength(1);
  expect(world.two.tab.state).toEqual(LOGGED_OUT);
});

test.each(['before', 'after'])(
  'a logout that the server has confirmed stays confirmed, also if a tab was refused %s that',
  async (moment) => {
    const world = await startThree('cookie');
    const answer = world.network.holdAnswer('logout');
    const logout = world.one.tab.logout();
    await answer.reached;
    const [id] = Object.values(JSON.parse([...world.one.storage.items.values()].join())[0]);
    // Another tab has sent the same logout, when the cookie was gone already.
    const late = new BroadcastChannel(`latchkey:${world.url}`);
    const refuse = () => {
      late.postMessage({ logout: { id, server: 'refused' }, change: { reason: 'LOGOUT_REFUSED' } });
      world.deliver();
    };
    if (moment === 'before') refuse();
    answer.release();
    expect(await logout).toMatchObject({ server: 'confirmed', failure: null });
    world.deliver();
    if (moment === 'after') refuse();
    for (const { tab } of [world.one, world.two, world.three]) {
      expect(tab.told.filter((change) => change.startsWith('LOGOUT_')).at(-1)).toBe('LOGOUT_CONFIRMED');
      expect(tab.state).toEqual(LOGGED_OUT);
    }
  },
);

test('a page out of the back/forward cache, which has heard nothing, asks the server whether its session goes on', async () => {
  const world = await startLagging('cookie');
  const one = world.openTab();
  await one.tab.register(CREDENTIALS);
  await world.server.revokeUserSessions(CREDENTIALS.email);
  const ended = one.tab.hear('LOGGED_OUT ENDED');
  world.happen('pageshow', { persisted: true });
  await ended;
  expect(one.tab.state).toEqual(LOGGED_OUT);
});

test('two tabs that store at the same time lose no logout', async () => {
  const world = await startThree('storage');
  world.network.isDown = true;
  await world.one.tab.logout();
  world.deliver();
  const name = [...world.one.storage.items.keys()].find((key) => key.endsWith(':logout')) ?? '';
  world.two.storage.setItem(name, JSON.stringify([]));
  world.one.arrive();
  expect(world.one.storage.getItem(name)).toContain('accessToken');
  expect(world.one.tab.state.pendingLogouts).toBe(1);
});

test('a tab whose storage is cleared is logged out, and says so', async () => {
  const world = await startThree('storage');
  for (const key of world.one.storage.items.keys()) world.two.storage.removeItem(key);
  world.one.arrive();
  world.clock.advance(2);
  expect(world.one.tab.state).toEqual(LOGGED_OUT);
});
