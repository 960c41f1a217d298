/** What the back and the forward button show after a logout: nothing private, however the browser has kept the page. */
import type { BrowserContext, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { ADMIN_EMAIL } from '../support/app/administrators.js';
import { EMAIL } from '../support/app/requests.js';
import { openTab, signIn, startConsole, untilSignedOut } from '../support/browser/console.js';

/** What stands on the screen in the instant in which a page comes back as it was left, before the page itself has done anything. */
const NOTE_WHAT_COMES_BACK = `addEventListener('pageshow', ({ persisted }) => {
  if (persisted) sessionStorage.setItem('cameBack', document.title + document.documentElement.innerHTML);
}, { capture: true });`;

/** Private here: who is signed in, where, and what has happened. */
const PRIVATE = [EMAIL, ADMIN_EMAIL, 'Lost phone', 'Signed in'];

async function expectNothingPrivate(page: Page): Promise<void> {
  await untilSignedOut(page);
  const shown = (await page.title()) + (await page.content());
  expect(PRIVATE.filter((each) => shown.includes(each))).toEqual([]);
}

/** A browser may keep a page that was left, whatever its headers say. Chromium obeys `no-store`, so it is taken away here. */
async function keepPages(context: BrowserContext): Promise<void> {
  await context.addInitScript(NOTE_WHAT_COMES_BACK);
  await context.route(/\/(account|graphql)/, async (route) => {
    const response = await route.fetch();
    const { 'cache-control': _, ...headers } = response.headers();
    await route.fulfill({ response, headers });
  });
}

/** Not waited for `load`: a page that was kept is not loaded. */
const press = (page: Page, button: 'goBack' | 'goForward') => page[button]({ waitUntil: 'commit' });

test('who signs out finds nothing private behind the back button and the forward button', async () => {
  const app = await startConsole();
  const { page } = await signIn(await app.openBrowser(), ADMIN_EMAIL);
  await app.login(EMAIL, 'Lost phone');
  for (const name of ['Security events', 'Users', EMAIL]) {
    await page.getByRole('link', { name }).click();
    await page.getByRole('heading', { name }).waitFor();
  }
  await page.getByText('Lost phone').waitFor();
  expect(await page.title()).toBe('User – Latchkey');
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await expectNothingPrivate(page);
  for (const button of ['goBack', 'goBack', 'goBack', 'goForward', 'goForward'] as const) {
    await press(page, button);
    await expectNothingPrivate(page);
  }
});

test('a page that was left shows nothing private to who comes back after a logout in another tab', async () => {
  const app = await startConsole();
  const context = await app.openBrowser();
  const { page } = await signIn(context);
  await page.getByRole('link', { name: 'Security events' }).click();
  await page.getByRole('cell', { name: 'Signed in' }).first().waitFor();
  await page.goto('/livez');
  const { page: other } = await openTab(context);
  await other.getByRole('button', { name: 'Sign out', exact: true }).first().click();
  await other.getByText('The server has ended the session.').waitFor();
  for (const button of ['goBack', 'goBack', 'goForward'] as const) {
    await press(page, button);
    await expectNothingPrivate(page);
  }
});

test('a page that the browser has kept is empty when it comes back, and is loaded anew', async () => {
  const app = await startConsole();
  const context = await app.openBrowser();
  await keepPages(context);
  const { page } = await signIn(context);
  await page.getByRole('link', { name: 'Security events' }).click();
  await page.getByRole('cell', { name: 'Signed in' }).first().waitFor();
  await page.goto('/livez');
  // The session ends elsewhere: the browser hears nothing of it.
  const { accessToken } = await app.login();
  await app.send('mutation { logout(input: { scope: ALL }) { endedSessions } }', { token: accessToken });
  await press(page, 'goBack');
  await expectNothingPrivate(page);
  const cameBack = await page.evaluate<string | null>(`sessionStorage.getItem('cameBack')`);
  expect(cameBack).toContain('id="console"');
  expect(PRIVATE.filter((each) => cameBack?.includes(each))).toEqual([]);
});

test('who comes back to a page that the browser has kept, and has a session, goes on where it was', async () => {
  const app = await startConsole();
  const context = await app.openBrowser();
  await keepPages(context);
  const { page } = await signIn(context);
  await page.getByRole('link', { name: 'Security events' }).click();
  await page.goto('/livez');
  await press(page, 'goBack');
  await page.getByRole('cell', { name: 'Signed in' }).first().waitFor();
  expect(await page.evaluate<string | null>(`sessionStorage.getItem('cameBack')`)).not.toBeNull();
});
