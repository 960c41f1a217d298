/** How a logout reaches the other tabs, the other browsers, and a thief with a copied token. */
import { expect, test } from 'vitest';
import { EMAIL } from '../support/app/requests.js';
import { cachedKeys, copyToken, logIn, openTab, startConsole, until, untilLoggedOut } from '../support/browser/console.js';

/** Records when the page shows the login form again. */
const WATCH = `window.loggedOutAt = new Promise((resolve) => {
  const look = () => document.querySelector('input[autocomplete="username"]') && resolve(Date.now());
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
});
// The value of the script, so that evaluate does not wait for the promise.
undefined;`;

test('who logs out in one tab is out in the other one: no reload, no subscription, nothing in the cache', async () => {
  const app = await startConsole();
  const context = await app.openBrowser();
  const first = await logIn(context);
  const second = await openTab(context);
  await second.page.getByText('This session').waitFor();
  await until(() => second.openSockets() === 1);
  expect(await cachedKeys(second.page)).not.toEqual([]);
  await second.page.evaluate(WATCH);
  const stolen = await copyToken(first);
  expect(await app.ask(stolen)).toBe('ok');

  const clickedAt = await first.page.evaluate<number>(`(() => {
    const at = Date.now();
    document.querySelector('header button').click();
    return at;
  })()`);
  const loggedOutAt = await second.page.evaluate<number>('window.loggedOutAt');
  console.log(`the other tab was out after ${loggedOutAt - clickedAt} ms`);
  await until(() => first.openSockets() + second.openSockets() === 0);
  await second.page.getByText('You were logged out in another tab.').waitFor();
  for (const { page } of [first, second]) {
    await untilLoggedOut(page);
    expect(await cachedKeys(page)).toEqual([]);
    expect(await page.content()).not.toContain(EMAIL);
  }
  await first.page.getByText('The server has ended the session.').waitFor();
  expect(await app.ask(stolen)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
  expect([...first.complaints, ...second.complaints]).toEqual([]);
});

test('who logs out everywhere is out in another browser, which is told by its own connection', async () => {
  const app = await startConsole();
  const here = await logIn(await app.openBrowser());
  const there = await logIn(await app.openBrowser());
  const stolen = await copyToken(there);
  await until(() => there.openSockets() === 1);
  await there.page.evaluate(WATCH);
  await here.page.getByRole('button', { name: 'Log out everywhere' }).click();
  const clickedAt = await here.page.evaluate<number>(`(() => {
    const at = Date.now();
    document.querySelector('dialog .danger').click();
    return at;
  })()`);
  console.log(`the other browser was out after ${(await there.page.evaluate<number>('window.loggedOutAt')) - clickedAt} ms`);
  await there.page.getByText('Your session has ended.').waitFor();
  await until(() => there.openSockets() === 0);
  expect(await cachedKeys(there.page)).toEqual([]);
  expect(await app.ask(stolen)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
});

test('one session of the list is logged out, and is gone from the list of everybody who looks', async () => {
  const app = await startConsole();
  const here = await logIn(await app.openBrowser());
  const { accessToken, sid } = await app.login(EMAIL, 'Lost phone');
  const card = here.page.locator(`[data-session="${sid}"]`);
  // The subscription adds it to the list.
  await card.waitFor();
  await here.page.getByRole('button', { name: 'Log out Lost phone' }).click();
  await card.waitFor({ state: 'detached' });
  await here.page.getByText('Lost phone is logged out.').waitFor();
  expect(await app.ask(accessToken)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
  await here.page.getByText('This session').waitFor();
});

test('a server that can’t be reached is told of the logout when it can, and the page shows nothing private meanwhile', async () => {
  const app = await startConsole();
  const context = await app.openBrowser();
  const tab = await logIn(context);
  const stolen = await copyToken(tab);
  await context.setOffline(true);
  await tab.page.getByRole('button', { name: 'Log out', exact: true }).first().click();
  await untilLoggedOut(tab.page);
  const pending = tab.page.getByText('the server has not confirmed the logout yet');
  await pending.waitFor();
  expect(await tab.page.content()).not.toContain(EMAIL);
  expect(await cachedKeys(tab.page)).toEqual([]);
  expect(await app.ask(stolen)).toBe('ok');
  await context.setOffline(false);
  await pending.waitFor({ state: 'hidden' });
  await tab.page.getByText('The server has ended the session.').waitFor();
  expect(await app.ask(stolen)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
});
