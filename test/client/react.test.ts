/** `latchkey/client/react`: components know whether a user is logged in, from the server-rendered markup on. */
import { act, createElement } from 'react';
import { createRoot, hydrateRoot } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { AuthClient } from '../../src/client/auth-client.js';
import { useAuth } from '../../src/client/react.js';
import { home } from '../support/client/client-home.js';
import { CREDENTIALS, startWorld } from '../support/client/clients.js';

function Status({ auth }: { readonly auth: AuthClient }) {
  const { status, pendingLogouts } = useAuth(auth);
  return createElement('p', null, `${status} ${pendingLogouts}`);
}

beforeEach(() => void vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true));
afterEach(() => void vi.unstubAllGlobals());

test('a component is rendered again when somebody logs in or out, and no more once it is gone', async () => {
  const world = await startWorld();
  const tab = world.open();
  const page = home.openPage();
  const root = createRoot(page);
  await act(async () => root.render(createElement(Status, { auth: tab })));
  expect(page.innerHTML).toBe('<p>loggedOut 0</p>');
  await act(() => tab.register(CREDENTIALS));
  expect(page.innerHTML).toBe('<p>loggedIn 0</p>');
  world.network.isDown = true;
  await act(() => tab.logout());
  expect(page.innerHTML).toBe('<p>loggedOut 1</p>');
  await act(async () => root.unmount());
  world.network.isDown = false;
  await tab.logout();
  expect(tab.state.pendingLogouts).toBe(0);
});

test('what the server renders knows of nobody, and the page takes it over', async () => {
  const world = await startWorld();
  const tab = world.open();
  await tab.register(CREDENTIALS);
  const page = home.openPage();
  page.innerHTML = renderToString(createElement(Status, { auth: tab }));
  expect(page.innerHTML).toBe('<p>unknown 0</p>');
  const errors: unknown[] = [];
  await act(
    async () => void hydrateRoot(page, createElement(Status, { auth: tab }), { onRecoverableError: (error) => errors.push(error) }),
  );
  expect(page.innerHTML).toBe('<p>loggedIn 0</p>');
  expect(errors).toEqual([]);
});

test('with a cookie the first component asks the server who is there', async () => {
  const world = await startWorld();
  const tab = world.open({ tokens: 'cookie' });
  const page = home.openPage();
  const told = tab.hear('LOGGED_OUT ENDED');
  await act(async () => createRoot(page).render(createElement(Status, { auth: tab })));
  await act(() => told);
  expect(page.innerHTML).toBe('<p>loggedOut 0</p>');
});
