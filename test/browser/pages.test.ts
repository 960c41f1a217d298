/** The pages of the console: live content, accessibility, and use without a mouse. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { ADMIN_EMAIL } from '../support/app/administrators.js';
import { EMAIL, PASSWORD } from '../support/app/requests.js';
import { findViolations } from '../support/browser/accessibility.js';
import { type Console, copyToken, fillIn, logIn, openTab, startConsole, untilLoggedOut } from '../support/browser/console.js';
import { introspect } from '../support/services/services.js';

/** Addresses as in mails, with a code in the link. */
const MAIL_PAGES = [
  ['lost-password', 'Lost password'],
  ['reset-password#code=lkc_x', 'Set a new password'],
  ['verify-email#code=lkc_x', 'Verify your email'],
  ['confirm-email-change#code=lkc_x', 'Confirm your new email'],
  ['confirm-registration#code=lkc_x', 'Confirm your registration'],
] as const;

/** Visits each page as an administrator and calls `look` on it. */
async function walk(app: Console, page: Page, look: (name: string) => Promise<void>): Promise<void> {
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  await look('log-in');
  await page.getByRole('link', { name: 'Register' }).click();
  await page.getByRole('heading', { name: 'Register' }).waitFor();
  await look('register');
  for (const [path, name] of MAIL_PAGES) {
    await page.goto(`/account/${path}`);
    await page.getByRole('heading', { name, exact: true }).waitFor();
    await look(path);
  }
  await page.goto('/account');
  await fillIn(page, ADMIN_EMAIL);
  await page.getByText('This session').waitFor();
  await look('sessions');
  for (const name of ['Email', 'Password', 'Security events', 'Check a token', 'Users', 'Services', 'Server']) {
    await page.getByRole('link', { name, exact: true }).click();
    await page.getByRole('heading', { name, exact: true }).waitFor();
    if (name === 'Check a token') await page.getByRole('button', { name: 'Use the token' }).click();
    if (name === 'Check a token') await page.getByText('Accepted', { exact: true }).waitFor();
    if (name === 'Email') await page.getByText('not verified yet').waitFor();
    if (name === 'Services') await page.getByText('No other service has a credential.').waitFor();
    if (name === 'Users') await page.getByRole('link', { name: EMAIL }).waitFor();
    await look(name);
  }
  await page.getByRole('link', { name: 'Services' }).click();
  await page.getByLabel('Name of the service').fill('orders');
  await page.getByLabel('Audience').fill('latchkey');
  await page.getByRole('button', { name: 'Create credential' }).click();
  await page.getByText('Copy the credential now.').waitFor();
  await look('new credential');
  await app.login(EMAIL, 'Lost phone');
  await page.getByRole('link', { name: 'Users' }).click();
  await page.getByRole('link', { name: EMAIL }).click();
  await page.getByText('Lost phone').waitFor();
  await look('user');
  await page.getByRole('button', { name: 'Disable' }).click();
  await look('question');
}

test.each([
  ['light', 1200],
  ['dark', 1200],
  ['light', 390],
  ['dark', 390],
] as const)(
  'no page breaks a rule of axe, the policy of the page, or the width of the screen: %s, %d pixels',
  async (colorScheme, width) => {
    const app = await startConsole();
    const context = await app.openBrowser({ colorScheme, viewport: { width, height: 800 } });
    const { page, complaints } = await openTab(context);
    await walk(app, page, async (name) => {
      expect.soft(await findViolations(page), name).toEqual([]);
      expect.soft(await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth'), name).toBeLessThanOrEqual(0);
    });
    expect(complaints).toEqual([]);
  },
);

/** The inputs of the page that ask for a password, as a password manager sees them, and whether they take what is pasted. */
const PASSWORD_FIELDS = `[...document.querySelectorAll('input')].filter((input) => /password/i.test(input.name + input.labels[0]?.textContent)).map((input) => ({
  type: input.type,
  autocomplete: input.autocomplete,
  takesPaste: !input.readOnly && input.dispatchEvent(new ClipboardEvent('paste', { bubbles: true, cancelable: true })),
}))`;

test('every password is masked and can be pasted or filled in by a password manager, and every page with a session has a logout', async () => {
  const app = await startConsole();
  const { page } = await openTab(await app.openBrowser());
  let asked = 0;
  let isLoggedIn = false;
  await walk(app, page, async (name) => {
    isLoggedIn ||= name === 'sessions';
    const fields = await page.evaluate<{ autocomplete: string }[]>(PASSWORD_FIELDS);
    asked += fields.length;
    for (const field of fields) {
      expect(field, name).toEqual({ type: 'password', autocomplete: expect.stringMatching(/^(current|new)-password$/), takesPaste: true });
    }
    const logout = page.getByRole('banner').getByRole('button', { name: 'Log out', exact: true, includeHidden: true });
    expect(await logout.isVisible(), name).toBe(isLoggedIn);
  });
  // Log in, register, set a new password, confirm a registration; the old and the new one where a password is changed.
  expect(asked).toBe(6);
});

test('who is logged in can log out even while the server does not say who it is', async () => {
  const app = await startConsole();
  const tab = await logIn(await app.openBrowser());
  await tab.page.route('**/graphql', async (route) => {
    if (!/query Me\b/.test(route.request().postData() ?? '')) return route.continue();
    await route.fulfill({ json: { errors: [{ message: 'Try again.', extensions: { code: 'AUTH_UNAVAILABLE', retryAfter: 1 } }] } });
  });
  await tab.page.reload();
  await tab.page.getByRole('button', { name: 'Log out', exact: true }).click();
  await untilLoggedOut(tab.page);
});

test.each(['constructor', '__proto__', 'nothing'])('what no page has, /account/%s, shows the login', async (name) => {
  const app = await startConsole();
  const { page } = await openTab(await app.openBrowser(), `/account/${name}`);
  await page.getByRole('button', { name: 'Log in' }).waitFor();
});

test('a token that was pasted is shown to be refused in the moment in which it is, with the reason', async () => {
  const app = await startConsole();
  const { page } = await openTab(await app.openBrowser(), '/account/token');
  const verdict = page.locator('.verdict strong');
  const field = page.getByLabel('Access token');
  const { accessToken } = await app.login();
  await field.fill(`Bearer ${accessToken}`);
  await verdict.getByText('Accepted', { exact: true }).waitFor();
  await app.send('mutation { logout { endedSessions } }', { token: accessToken });
  await verdict.getByText('Refused: revoked').waitFor();
  await field.fill(`${accessToken.slice(0, -10)}AAAAAAAAAA`);
  await verdict.getByText('Refused: not valid').waitFor();
  const { accessToken: old } = await app.login();
  app.clock.advance(16 * 60);
  await field.fill(old);
  await verdict.getByText('Refused: expired').waitFor();
  await page.getByRole('button', { name: 'Clear' }).click();
  await verdict.getByText('Paste a token to begin').waitFor();
});

test('a whole visit needs no mouse: logging in, finding the other session, and ending it', async () => {
  const app = await startConsole();
  const { page } = await openTab(await app.openBrowser());
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  const { sid } = await app.login(EMAIL, 'Lost phone');
  const tabTo = async (name: string) => {
    const focused = () => page.evaluate<string>('document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent');
    do await page.keyboard.press('Tab');
    while ((await focused()) !== name);
  };
  await page.getByLabel('Email').focus();
  await page.keyboard.type(EMAIL);
  await page.keyboard.press('Tab');
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByText('This session').waitFor();
  await tabTo('Log out Lost phone');
  await page.keyboard.press('Enter');
  await page.locator(`[data-session="${sid}"]`).waitFor({ state: 'detached' });
  await tabTo('Log out everywhere');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await page.evaluate<string>('document.activeElement.textContent')).toBe('Log out everywhere');
});

test('two sessions of one device are told apart by their names, so that a screen reader ends the right one', async () => {
  const app = await startConsole();
  const { page } = await logIn(await app.openBrowser());
  const first = await app.login(EMAIL, 'Lost phone');
  app.clock.advance(60);
  const second = await app.login(EMAIL, 'Lost phone');
  // These two differ in nothing that the page shows.
  const alike = [await app.login(EMAIL, 'Robot'), await app.login(EMAIL, 'Robot')];
  for (const { sid } of [first, second, ...alike]) await page.locator(`[data-session="${sid}"]`).waitFor();
  const names = await page.evaluate<string[]>(
    `[...document.querySelectorAll('button')].map((button) => button.getAttribute('aria-label') ?? button.textContent)`,
  );
  expect(names).toHaveLength(8);
  expect(new Set(names).size).toBe(names.length);
  const phones = names.filter((name) => name.includes('Lost phone'));
  expect(phones).toEqual([0, 0].map(() => expect.stringMatching(/^Log out Lost phone at 127\.0\.0\.1, logged in \w{3} \d/)));
  // The newest is first.
  await page.getByRole('button', { name: phones[0] ?? '', exact: true }).click();
  await page.locator(`[data-session="${second.sid}"]`).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Log out Lost phone', exact: true }).waitFor();
  expect(await app.ask(first.accessToken)).toBe('ok');
  expect(await app.ask(second.accessToken)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
});

test('a session that begins before the page hears of events is shown too', async () => {
  const app = await startConsole();
  let connect: () => void = () => undefined;
  const page = await (await app.openBrowser()).newPage();
  await page.routeWebSocket('**/graphql', async (socket) => {
    // Without a handler, what the page sends would be lost until the server is connected.
    const sent: (string | Buffer)[] = [];
    socket.onMessage((message) => void sent.push(message));
    await new Promise<void>((resolve) => {
      connect = resolve;
    });
    const server = socket.connectToServer();
    for (const message of sent) server.send(message);
    socket.onMessage((message) => server.send(message));
    server.onMessage((message) => socket.send(message));
  });
  await page.goto('/account');
  await fillIn(page);
  await page.getByText('This session').waitFor();
  const { sid } = await app.login(EMAIL, 'Lost phone');
  connect();
  await page.locator(`[data-session="${sid}"]`).waitFor();
});

test('who changes the password stays here, and is out elsewhere', async () => {
  const app = await startConsole();
  const tab = await logIn(await app.openBrowser());
  const { page } = tab;
  const other = await app.login();
  const stolen = await copyToken(tab);
  await page.getByRole('link', { name: 'Password' }).click();
  await page.getByLabel('Current password').fill(PASSWORD);
  await page.getByLabel('New password').fill('short');
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('The password needs at least 8 characters.').waitFor();
  await page.getByLabel('New password').fill('another horse, another battery');
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('The password has been changed. One session has ended.').waitFor();
  for (const token of [stolen, other.accessToken]) expect(await app.ask(token)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
  await page.getByRole('link', { name: 'Sessions' }).click();
  await page.getByText('This session').waitFor();
});

test('an administrator sees a user log in, and logs the user out; the password is asked for again when it was long ago', async () => {
  const app = await startConsole();
  const { page } = await logIn(await app.openBrowser(), ADMIN_EMAIL);
  await page.getByRole('link', { name: 'Users' }).click();
  await page.getByRole('link', { name: EMAIL }).click();
  await page.getByText('Not logged in anywhere.').waitFor();
  const { accessToken } = await app.login(EMAIL, 'Lost phone');
  await page.getByText('Lost phone').waitFor();
  app.clock.advance(11 * 60);
  await page.getByRole('button', { name: 'Log out everywhere' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Log out everywhere' }).click();
  await page.getByRole('dialog').getByLabel('Password').fill(PASSWORD);
  await page.getByRole('dialog').getByRole('button', { name: 'Continue' }).click();
  await page.getByText('Not logged in anywhere.').waitFor();
  expect(await app.ask(accessToken)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
  await page.getByRole('link', { name: 'Server' }).click();
  await page.getByText('in memory: the only node').waitFor();
  await app.login(EMAIL);
  await page.getByRole('cell', { name: 'Logged in' }).waitFor();
});

test('an administrator makes a credential for a service, which is shown once, and revokes it', async () => {
  const app = await startConsole();
  const { page } = await logIn(await app.openBrowser(), ADMIN_EMAIL);
  await page.getByRole('link', { name: 'Services' }).click();
  await page.getByLabel('Name of the service').fill('orders');
  await page.getByLabel('Audience').fill('two words');
  await page.getByRole('button', { name: 'Create credential' }).click();
  await page.getByText('Use an audience of at most 255').waitFor();
  await page.getByLabel('Audience').fill('latchkey');
  app.clock.advance(11 * 60);
  await page.getByRole('button', { name: 'Create credential' }).click();
  await page.getByRole('dialog').getByLabel('Password').fill(PASSWORD);
  await page.getByRole('dialog').getByRole('button', { name: 'Continue' }).click();
  const credential = (await page.locator('output').textContent()) ?? '';
  const { accessToken } = await app.login();
  expect((await introspect(app, credential, accessToken)).text).toContain('"active":true');
  await page.getByRole('button', { name: 'I have copied it' }).click();
  await page.getByText(credential).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Revoke orders' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke', exact: true }).click();
  await page.getByRole('cell', { name: 'Revoked' }).waitFor();
  expect((await introspect(app, credential, accessToken)).status).toBe(401);
  await page.reload();
  await page.getByRole('cell', { name: 'Revoked' }).waitFor();
  expect(await page.content()).not.toContain('lkv_');
});
