/** The pages that links in mails lead to: what they do, and that the code of a link is nowhere but in the mail and in the memory of the page. */
import type { BrowserContext, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { EMAIL, PASSWORD } from '../support/app/requests.js';
import { type Console, copyToken, openTab, signIn, startConsole, untilSignedOut } from '../support/browser/console.js';
import { followLink, mailSettings } from '../support/mail/mail-app.js';
import { linkIn } from '../support/mail/mail-files.js';
import { startMailServer } from '../support/mail/mail-server.js';
import { findFreePort } from '../support/sockets/ports.js';

const NEW_EMAIL = 'lovelace@example.com';
const NEW_PASSWORD = 'another horse, another battery';

/** Links lead to the console by themselves: `APP_URL` is not set. */
async function startMailing(): Promise<{ app: Console; open: () => Promise<BrowserContext> }> {
  const port = String(await findFreePort());
  const app = await startConsole({ settings: { PORT: port } });
  return { app, open: () => app.openBrowser({ baseURL: `http://localhost:${port}` }) };
}

async function askForReset(page: Page, email = EMAIL): Promise<void> {
  await page.getByRole('link', { name: 'Lost your password?' }).click();
  await page.getByLabel('Email').fill(email);
  await page.getByRole('button', { name: 'Ask for a code' }).click();
  await page.getByText('If somebody is registered with this address').waitFor();
}

async function signInWith(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('This session').waitFor();
}

test('who has lost the password asks for a code, follows the link, and signs in with a new one; every old session is dead', async () => {
  const { app, open } = await startMailing();
  const { accessToken } = await app.login();
  const { page } = await openTab(await open());
  await askForReset(page);
  await page.getByText('its mails are files').waitFor();
  await page.goto(await linkIn(app, /Reset your password/));
  await page.getByLabel('New password').fill('short');
  await page.getByRole('button', { name: 'Set password' }).click();
  await page.getByText('The password needs at least 8 characters.').waitFor();
  await page.getByLabel('New password').fill(NEW_PASSWORD);
  await page.getByRole('button', { name: 'Set password' }).click();
  await page.getByText('The new password is set').waitFor();
  expect(await app.ask(accessToken)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
  await signInWith(page, EMAIL, NEW_PASSWORD);
});

test('who is signed in and resets the password is out, here and elsewhere, and is told why', async () => {
  const { app, open } = await startMailing();
  const tab = await signIn(await open());
  const stolen = await copyToken(tab);
  const { page } = tab;
  await app.send(`mutation { requestPasswordReset(input: { email: "${EMAIL}" }) { userErrors { code } } }`);
  await page.goto(await linkIn(app, /Reset your password/));
  await page.getByLabel('New password').fill(NEW_PASSWORD);
  await page.getByRole('button', { name: 'Set password' }).click();
  await untilSignedOut(page);
  await page.getByText('The new password is set').waitFor();
  expect(await app.ask(stolen)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
});

test('an unknown address is answered like a known one, and a code can be typed; a wrong one is refused', async () => {
  const { open } = await startMailing();
  const { page } = await openTab(await open());
  await askForReset(page, 'nobody@example.com');
  await page.getByRole('link', { name: 'Choose a new password' }).click();
  await page.getByLabel('Code from the mail').fill(`lkc_${'A'.repeat(43)}`);
  await page.getByLabel('New password').fill(NEW_PASSWORD);
  await page.getByRole('button', { name: 'Set password' }).click();
  await page.getByText('The code is wrong or too old.').waitFor();
});

test('the code of a link leaves the address before anything is asked, and is in no storage, no request and no history', async () => {
  const { app, open } = await startMailing();
  await app.send(`mutation { requestPasswordReset(input: { email: "${EMAIL}" }) { userErrors { code } } }`);
  const link = await linkIn(app, /Reset your password/);
  const code = link.split('#code=')[1] ?? '';
  const context = await open();
  const asked: string[] = [];
  context.on('request', (request) => asked.push(JSON.stringify([request.url().split('#')[0], request.headers(), request.postData()])));
  // Where the address stands when the page asks the server for the first time.
  const addresses: string[] = [];
  await context.route('**/graphql', async (route, request) => {
    addresses.push(await request.frame().page().evaluate<string>('location.href'));
    await route.continue();
  });
  const { page, complaints } = await openTab(context, '/account/lost-password');
  await page.getByRole('heading', { name: 'Lost password' }).waitFor();
  await page.goto(link);
  const field = page.getByLabel('Code from the mail');
  await field.waitFor();
  expect(await field.inputValue()).toBe(code);
  expect(addresses.length).toBeGreaterThan(1);
  const seen = await page.evaluate<string>(
    `JSON.stringify([location.href, document.title, document.cookie, history.state, { ...localStorage }, { ...sessionStorage }])`,
  );
  // Another link in the same tab loads nothing, and is no better kept.
  await page.evaluate(`location.hash = 'code=lkc_other'`);
  await page.locator('input[name="code"][value="lkc_other"]').waitFor();
  expect(page.url()).not.toContain('#');
  await page.getByRole('link', { name: 'Ask for a code' }).click();
  await page.goBack();
  await field.waitFor();
  expect(await field.inputValue()).toBe('');
  for (const text of [...asked, ...addresses, seen, page.url(), JSON.stringify(await context.storageState())]) {
    expect(text).not.toContain(code);
    expect(text).not.toContain('lkc_other');
  }
  expect(complaints).toEqual([]);
});

test('an address is verified at a press of the button, not by opening the link: programs open links too', async () => {
  const { app, open } = await startMailing();
  const { page } = await signIn(await open());
  await page.getByRole('link', { name: 'Email', exact: true }).click();
  await page.getByText('not verified yet').waitFor();
  await page.getByRole('button', { name: 'Mail me a code' }).click();
  await page.getByText('A mail with a code is on its way to you.').waitFor();
  const link = await linkIn(app, /Verify your address/);
  const { page: elsewhere } = await openTab(await open(), link);
  const button = elsewhere.getByRole('button', { name: 'Verify' });
  await button.waitFor();
  await page.reload();
  await page.getByText('not verified yet').waitFor();
  await button.click();
  await elsewhere.getByText('The address is verified.').waitFor();
  await page.reload();
  await page.getByText('verified', { exact: true }).waitFor();
});

test('who moves to another address shows the password again, follows the link, and goes on; the other sessions are dead', async () => {
  const { app, open } = await startMailing();
  const { page } = await signIn(await open());
  const other = await app.login();
  app.clock.advance(11 * 60);
  await page.getByRole('link', { name: 'Email', exact: true }).click();
  await page.getByLabel('New email').fill('nonsense');
  await page.getByRole('button', { name: 'Change email' }).click();
  await page.getByText('This is not an email address.').waitFor();
  await page.getByLabel('New email').fill(NEW_EMAIL);
  await page.getByRole('button', { name: 'Change email' }).click();
  await page.getByRole('dialog').getByLabel('Password').fill(PASSWORD);
  await page.getByRole('dialog').getByRole('button', { name: 'Continue' }).click();
  await page.getByText('A mail with a code is on its way to the new address.').waitFor();
  await page.goto(await linkIn(app, /Confirm your new address/));
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByText('You sign in with the new address from now on.').waitFor();
  await page.locator('header').getByText(NEW_EMAIL).waitFor();
  await page.getByText('This session').waitFor();
  expect(await app.ask(other.accessToken)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
});

test('where mails are sent, a registration is ended by the link of the mail and the password, on any device', async () => {
  const mails = await startMailServer();
  const app = await startConsole({ settings: mailSettings(mails) });
  const { page } = await openTab(await app.openBrowser(), '/account/sign-up');
  await page.getByLabel('Email').fill(NEW_EMAIL);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign up' }).click();
  await page.getByText('If the address is free').waitFor();
  const { code } = followLink(await mails.next());
  const { page: elsewhere } = await openTab(await app.openBrowser(), `/account/confirm-registration#code=${code}`);
  await elsewhere.getByLabel('Password').fill('not the one, not at all');
  await elsewhere.getByRole('button', { name: 'Confirm' }).click();
  await elsewhere.getByText('Email or password is wrong.').waitFor();
  await elsewhere.getByLabel('Password').fill(PASSWORD);
  await elsewhere.getByRole('button', { name: 'Confirm' }).click();
  await elsewhere.getByText('This session').waitFor();
  await page.goto('/account/lost-password');
  await page.getByLabel('Email').fill(NEW_EMAIL);
  await page.getByRole('button', { name: 'Ask for a code' }).click();
  await page.getByText('If somebody is registered with this address').waitFor();
  expect(await page.getByText('its mails are files').count()).toBe(0);
});

test('where registration is closed, nobody is asked to sign up', async () => {
  const app = await startConsole({ settings: { REGISTRATION: 'closed' } });
  const { page } = await openTab(await app.openBrowser());
  await page.getByRole('link', { name: 'Lost your password?' }).waitFor();
  expect(await page.getByRole('link', { name: 'Sign up' }).count()).toBe(0);
});
