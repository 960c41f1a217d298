/** `latchkey/client` with the refresh token in a cookie: the client never sees it, and it does not undo a pending logout [R30]. */
import { expect, test } from 'vitest';
import { type Cookies, home } from '../support/client/client-home.js';
import { askWith, type ClientWorld, CREDENTIALS, startWorld, type Tab } from '../support/client/clients.js';
import { useWebLocks } from '../support/client/web-locks.js';

async function startWithCookie(): Promise<ClientWorld & Cookies & { tab: () => Tab; answers: string[] }> {
  useWebLocks();
  const world = await startWorld();
  const answers: string[] = [];
  const cookies = await home.openCookies(async (...request) => {
    const response = await world.network.fetch(...request);
    answers.push(await response.clone().text());
    return response;
  });
  return { ...world, ...cookies, answers, tab: () => world.open({ tokens: 'cookie', tabs: true, fetch: cookies.fetch }) };
}

const refreshesOf = ({ network }: ClientWorld) => network.sent.filter((name) => name === 'refreshToken').length;

test('whether somebody is logged in is not known until the server has been asked, and the refresh token never is [R30]', async () => {
  const { tab, ...world } = await startWithCookie();
  const page = tab();
  expect(page.state.status).toBe('unknown');
  expect(await page.getAccessToken()).toBeNull();
  expect(page.state.status).toBe('loggedOut');
  await page.register(CREDENTIALS);
  expect(await askWith(world, page)).toBe('ok');
  const again = tab();
  expect(again.state.status).toBe('unknown');
  expect(await askWith(world, again)).toBe('ok');
  expect(again.state.sessionId).toBe(page.state.sessionId);
  expect(await world.readRefreshToken()).toMatch(/^lkr_/);
  expect([...world.local.items.values()].join()).toBe('');
  expect(world.answers.join()).not.toContain('lkr_');
});

test('what is not known stays so without the network, and is asked for again', async () => {
  const { tab, ...world } = await startWithCookie();
  await tab().register(CREDENTIALS);
  const page = tab();
  world.network.isDown = true;
  expect(await page.getAccessToken().catch((error: unknown) => error)).toMatchObject({ code: 'UNREACHABLE' });
  expect(page.state).toMatchObject({ status: 'unknown', failure: { code: 'UNREACHABLE' } });
  world.network.isDown = false;
  const known = page.hear('LOGGED_IN');
  await world.pass(1);
  await known;
  expect(await askWith(world, page)).toBe('ok');
});

test('20 pages that wake up at once make one refresh', async () => {
  const { tab, ...world } = await startWithCookie();
  await tab().register(CREDENTIALS);
  const pages = Array.from({ length: 20 }, tab);
  const before = refreshesOf(world);
  // The other pages wait only for the first one's message.
  const tokens = await Promise.all(pages.map((page) => page.getAccessToken()));
  expect(new Set(tokens).size).toBe(1);
  expect(refreshesOf(world) - before).toBe(1);
});

test('a logout ends the session of the cookie, in every page', async () => {
  const { tab, ...world } = await startWithCookie();
  const [page, other] = [tab(), tab()];
  await page.register(CREDENTIALS);
  const token = (await other.getAccessToken()) ?? '';
  const told = other.hear('LOGGED_OUT OTHER_TAB');
  expect(await page.logout()).toMatchObject({ local: true, server: 'confirmed', endedSessions: 1 });
  await told;
  expect(await world.server.ask(token)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
  expect(await other.getAccessToken()).toBeNull();
  expect(await world.readRefreshToken()).toBeUndefined();
});

test('a logout before the server has been asked who is there ends the session of the cookie', async () => {
  const { tab, ...world } = await startWithCookie();
  await tab().register(CREDENTIALS);
  expect(await tab().logout()).toMatchObject({ server: 'confirmed', endedSessions: 1 });
  expect(await world.readRefreshToken()).toBeUndefined();
});

test('a logout without the network is not undone by the cookie: the next page knows of it, and tells the server', async () => {
  const { tab, ...world } = await startWithCookie();
  const page = tab();
  await page.register(CREDENTIALS);
  const old = (await world.readRefreshToken()) ?? '';
  world.network.isDown = true;
  const token = (await page.getAccessToken()) ?? '';
  expect(await page.logout()).toMatchObject({ local: true, server: 'pending' });
  expect([...world.local.items.values()].join()).not.toContain(token);
  page.close();
  world.network.isDown = false;
  const next = tab();
  expect(next.state).toMatchObject({ status: 'loggedOut', pendingLogouts: 1 });
  expect(await next.getAccessToken()).toBeNull();
  const confirmed = next.hear('LOGOUT_CONFIRMED');
  await world.pass(0);
  await confirmed;
  expect((await world.server.refresh(old)).codes).toEqual(['INVALID_REFRESH_TOKEN']);
  expect(world.local.items.size).toBe(0);
});

test('a login waits until a logout that goes by the cookie has been told', async () => {
  const { tab, ...world } = await startWithCookie();
  const page = tab();
  await page.register(CREDENTIALS);
  world.network.isDown = true;
  await page.logout();
  expect(await page.login(CREDENTIALS).catch((error: unknown) => error)).toMatchObject({ code: 'UNREACHABLE' });
  world.network.isDown = false;
  await page.login(CREDENTIALS);
  expect(page.state).toMatchObject({ status: 'loggedIn', pendingLogouts: 0 });
  expect(await page.sessions()).toHaveLength(1);
});

test('a login in the place of another one ends the other session, and keeps the cookie', async () => {
  const { tab, ...world } = await startWithCookie();
  const page = tab();
  await page.register(CREDENTIALS);
  const old = (await page.getAccessToken()) ?? '';
  await page.login(CREDENTIALS);
  expect(page.told).toEqual(['LOGGED_IN', 'LOGGED_OUT REPLACED', 'LOGGED_IN']);
  await expect.poll(() => world.server.ask(old)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
  expect(await page.refresh()).toBeTruthy();
  expect(await askWith(world, page)).toBe('ok');
});

test('a login waits for a refresh that will fail, whose answer would take the new cookie away', async () => {
  const { tab, ...world } = await startWithCookie();
  const page = tab();
  await page.register(CREDENTIALS);
  await world.server.revokeUserSessions(CREDENTIALS.email);
  const answer = world.network.holdAnswer('refreshToken');
  const refreshed = page.refresh();
  await answer.reached;
  const login = tab().login(CREDENTIALS);
  await new Promise((resolve) => setTimeout(resolve));
  expect(world.network.sent).not.toContain('login');
  answer.release();
  expect(await refreshed).toBeNull();
  await login;
  expect(await world.readRefreshToken()).toMatch(/^lkr_/);
  expect(await askWith(world, tab())).toBe('ok');
});

test('a logout everywhere with an expired token goes by the cookie', async () => {
  const { tab, ...world } = await startWithCookie();
  const page = tab();
  await page.register(CREDENTIALS);
  const elsewhere = await world.server.login();
  await world.server.advance(16 * 60);
  expect(await page.logout({ scope: 'ALL' })).toMatchObject({ server: 'confirmed', endedSessions: 2 });
  expect((await world.server.refresh(elsewhere.refreshToken)).codes).toEqual(['INVALID_REFRESH_TOKEN']);
  expect(await world.readRefreshToken()).toBeUndefined();
});

test('ALL while a logout of the own session is on its way does not take the answer of that one for its own', async () => {
  const { tab, ...world } = await startWithCookie();
  await tab().register(CREDENTIALS);
  const elsewhere = await world.server.login();
  const page = tab();
  const answer = world.network.holdAnswer('logout');
  const current = page.logout();
  await answer.reached;
  const all = page.logout({ scope: 'ALL' });
  answer.release();
  expect(await current).toMatchObject({ server: 'confirmed', endedSessions: 1 });
  expect(await all).toMatchObject({ server: 'refused', failure: { code: 'UNAUTHENTICATED', reason: 'TOKEN_MISSING' } });
  expect(world.network.sent.filter((name) => name === 'logout')).toHaveLength(2);
  expect(await world.server.ask(elsewhere.accessToken)).toBe('ok');
  expect(page.state).toMatchObject({ status: 'loggedOut', pendingLogouts: 0 });
});

test('a logout before the server has been asked who is there, and without a cookie, is done: nobody was logged in', async () => {
  const { tab, ...world } = await startWithCookie();
  const page = tab();
  expect(await page.logout()).toEqual({ local: true, server: 'confirmed', endedSessions: 0, failure: null });
  expect(page.told).toEqual(['LOGGED_OUT LOGOUT', 'LOGOUT_CONFIRMED']);
  expect(world.local.items.size).toBe(0);
  expect(await tab().logout({ scope: 'ALL' })).toMatchObject({ server: 'refused', failure: { reason: 'TOKEN_MISSING' } });
});
