/** A logout in one tab, as every other tab, browser and thief finds it out. */
import { expect, test } from 'vitest';
import { EMAIL } from '../support/app/requests.js';
import { cachedKeys, copyToken, openTab, signIn, startConsole, until, untilSignedOut } from '../support/browser/console.js';

/** The instant at which the page asks for a login again. */
const WATCH = `window.signedOutAt = new Promise((resolve) => {
  const look = () => document.querySelector('input[autocomplete="username"]') && resolve(Date.now());
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
});
// Not waited for now.
undefined;`;

test('who signs out in one tab is out in the other one: no reload, no subscription, nothing in the cache', async () => {
  const app = await startConsole();
  const context = await app.openBrowser();
  const first = await signIn(context);
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
  const signedOutAt = await second.page.evaluate<number>('window.signedOutAt');
  console.log(`the other tab was out after ${signedOutAt - clickedAt} ms`);
  await until(() => first.openSockets() + second.openSockets() === 0);
  await second.page.getByText('You were signed out in another tab.').waitFor();
  for (const { page } of [first, second]) {
    await untilSignedOut(page);
    expect(await cachedKeys(page)).toEqual([]);
    expect(await page.content()).not.toContain(EMAIL);
  }
  await first.page.getByText('The server has ended the session.').waitFor();
  expect(await app.ask(stolen)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
  expect([...first.complaints, ...second.complaints]).toEqual([]);
});

test('who signs out everywhere is out in another browser, which is told by its own connection', async () => {
  const app = await startConsole();
  const here = await signIn(await app.openBrowser());
  const there = await signIn(await app.openBrowser());
  const stolen = await copyToken(there);
  await until(() => there.openSockets() === 1);
  await there.page.evaluate(WATCH);
  await here.page.getByRole('button', { name: 'Sign out everywhere' }).click();
  const clickedAt = await here.page.evaluate<number>(`(() => {
    const at = Date.now();
    document.querySelector('dialog .danger').click();
    return at;
  })()`);
  console.log(`the other browser was out after ${(await there.page.evaluate<number>('window.signedOutAt')) - clickedAt} ms`);
  await there.page.getByText('Your session has ended.').waitFor();
  await until(() => there.openSockets() === 0);
  expect(await cachedKeys(there.page)).toEqual([]);
  expect(await app.ask(stolen)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
});

test('one session of the list is signed out, and is gone from the list of everybody who looks', async () => {
  const app = await startConsole();
  const here = await signIn(await app.openBrowser());
  const { accessToken, sid } = await app.login(EMAIL, 'Lost phone');
  const card = here.page.locator(`[data-session="${sid}"]`);
  // It comes by the subscription.
  await card.waitFor();
  await here.page.getByRole('button', { name: 'Sign out Lost phone' }).click();
  await card.waitFor({ state: 'detached' });
  await here.page.getByText('Lost phone is signed out.').waitFor();
  expect(await app.ask(accessToken)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
  await here.page.getByText('This session').waitFor();
});

test('a server that can’t be reached is told of the logout when it can, and the page shows nothing private meanwhile', async () => {
  const app = await startConsole();
  const context = await app.openBrowser();
  const tab = await signIn(context);
  const stolen = await copyToken(tab);
  await context.setOffline(true);
  await tab.page.getByRole('button', { name: 'Sign out', exact: true }).first().click();
  await untilSignedOut(tab.page);
  const pending = tab.page.getByText('The server could not be told yet');
  await pending.waitFor();
  expect(await tab.page.content()).not.toContain(EMAIL);
  expect(await cachedKeys(tab.page)).toEqual([]);
  expect(await app.ask(stolen)).toBe('ok');
  await context.setOffline(false);
  await pending.waitFor({ state: 'hidden' });
  await tab.page.getByText('The server has ended the session.').waitFor();
  expect(await app.ask(stolen)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
});
