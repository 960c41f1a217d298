/** Nothing on a page moves by itself while it loads. */
import { expect, test } from 'vitest';
import { ADMIN_EMAIL } from '../support/app/administrators.js';
import { EMAIL } from '../support/app/requests.js';
import { signIn, startConsole } from '../support/browser/console.js';
import { readShifts, watchShifts } from '../support/browser/layout-shifts.js';

const PUBLIC_PAGES = [
  ['', 'Sign in'],
  ['sign-up', 'Sign up'],
  ['lost-password', 'Ask for a code'],
  ['reset-password#code=lkc_x', 'Set password'],
  ['verify-email#code=lkc_x', 'Verify'],
  ['confirm-email-change#code=lkc_x', 'Confirm'],
  ['confirm-registration#code=lkc_x', 'Confirm'],
  ['token', 'Clear'],
] as const;

/** What there is once everything has come. */
const OWN_PAGES = [
  ['sessions', 'This session'],
  ['email', 'not verified yet'],
  ['password', 'Keep my other sessions'],
  ['events', 'Signed in'],
  ['token', 'Use the token of this session'],
  ['users', 'Active'],
  ['server', 'in memory: the only node'],
  ['no-such-page', 'There is no such page.'],
] as const;

test.each([1200, 390])('nothing moves while a page loads, with nobody signed in: %d pixels', async (width) => {
  const app = await startConsole();
  const context = await app.openBrowser({ viewport: { width, height: 800 } });
  await watchShifts(context);
  const page = await context.newPage();
  for (const [path, button] of PUBLIC_PAGES) {
    await page.goto(`/account/${path}`);
    await page.getByRole('button', { name: button, exact: true }).waitFor();
    expect.soft(await readShifts(page), path).toEqual([]);
  }
});

test.each([1200, 390])('nothing moves while a page loads, for an administrator: %d pixels', async (width) => {
  const app = await startConsole();
  const { sid } = await app.login(EMAIL, 'Lost phone');
  const context = await app.openBrowser({ viewport: { width, height: 800 } });
  await watchShifts(context);
  const { page } = await signIn(context, ADMIN_EMAIL);
  for (const [path, shown] of OWN_PAGES) {
    await page.goto(`/account/${path}`);
    await page.getByRole('link', { name: 'Server' }).waitFor();
    await page.locator('main').getByText(shown, { exact: true }).first().waitFor();
    expect.soft(await readShifts(page), path).toEqual([]);
  }
  await page.getByRole('link', { name: 'Users' }).click();
  await page.getByRole('link', { name: EMAIL }).click();
  await page.locator(`[data-session="${sid}"]`).waitFor();
  await page.reload();
  await page.locator(`[data-session="${sid}"]`).waitFor();
  await page.getByRole('cell', { name: 'Signed in' }).first().waitFor();
  expect.soft(await readShifts(page), 'user').toEqual([]);
});
