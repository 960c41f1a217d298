/** Changing the email address: it takes a recent password and a code mailed to the new address, and the old address gets a notice. */
import { expect, test } from 'vitest';
import { EMAIL, PASSWORD } from '../support/app/requests.js';
import type { TestApp } from '../support/app/start-app.js';
import { readRows } from '../support/database/stored-rows.js';
import { makeDriverYield } from '../support/database/yielding-driver.js';
import { followLink, makeLoggedIn, makeUser, nextCode, startMailApp, waitForOutbox } from '../support/mail/mail-app.js';
import { act, logOut } from '../support/mutations/mutations.js';

const NEW = 'countess@example.com';
const REVOKED = 'UNAUTHENTICATED TOKEN_REVOKED';

const request = (app: TestApp, token: string | undefined, newEmail = NEW) => act(app, 'requestEmailChange', { newEmail }, token);
const confirm = (app: TestApp, code: string) => act(app, 'confirmEmailChange', { code });
const logIn = (app: TestApp, email: string) => act(app, 'login', { email, password: PASSWORD });

test('a confirmed change moves the user, ends the other sessions and tells the old address [R3]', async () => {
  const { app, mails } = await startMailApp();
  const own = await makeLoggedIn(app);
  const other = await app.login();
  expect(await request(app, own.accessToken)).toBe('ok');
  const mail = await mails.next();
  expect(mail).toMatchObject({ to: NEW, subject: 'Confirm your new address at app.example.com' });
  expect(mail.text).not.toContain(EMAIL);
  const { page, code } = followLink(mail);
  expect(page).toBe('https://app.example.com/login/confirm-email-change');
  expect(await logIn(app, NEW)).toBe('INVALID_CREDENTIALS');
  expect(await confirm(app, code)).toBe('ok');

  expect([await app.ask(own.accessToken), await app.ask(other.accessToken)]).toEqual([REVOKED, REVOKED]);
  expect((await app.refresh(other.refreshToken)).tokens).toBe(null);
  const { tokens } = await app.refresh(own.refreshToken);
  const { data } = await app.send('{ me { email emailVerifiedAt } }', { token: tokens?.accessToken });
  expect(data.me).toEqual({ email: NEW, emailVerifiedAt: '2030-01-01T12:00:00.000Z' });
  expect([await logIn(app, EMAIL), await logIn(app, NEW)]).toEqual(['INVALID_CREDENTIALS', 'ok']);

  const notice = await mails.next();
  expect(notice).toMatchObject({ to: EMAIL, subject: 'Your address at app.example.com was changed' });
  expect(notice.text).not.toMatch(/countess|lkc_|https?:/);
  await app.app.close();
  expect(readRows(app.dataDir, 'SELECT emailKey, searchKey FROM User')).toEqual([{ emailKey: NEW, searchKey: `${NEW}\n` }]);
});

test('it needs a password that was shown recently, and a live token', async () => {
  const { app } = await startMailApp();
  const { accessToken } = await makeLoggedIn(app);
  app.clock.advance(601);
  expect(await request(app, accessToken)).toBe('REAUTHENTICATION_REQUIRED');
  await act(app, 'reauthenticate', { password: PASSWORD }, accessToken);
  expect(await request(app, accessToken)).toBe('ok');
  await logOut(app, { token: accessToken });
  expect(await request(app, accessToken)).toBe(REVOKED);
  expect(await request(app, undefined)).toBe('UNAUTHENTICATED TOKEN_MISSING');
});

test('for a taken address the answer is the same, and its owner gets another letter', async () => {
  const { app, mails } = await startMailApp();
  const { accessToken } = await makeLoggedIn(app);
  await makeUser(app, 'finn@example.com');
  expect(await request(app, accessToken, 'FINN@example.com')).toBe('ok');
  const mail = await mails.next();
  expect(mail).toMatchObject({ to: 'finn@example.com', subject: 'Your address at app.example.com' });
  expect(mail.text).not.toMatch(/lkc_|https?:|ada@/);
});

test('another spelling of the own address may be chosen', async () => {
  const { app, mails } = await startMailApp();
  const { accessToken, refreshToken } = await makeLoggedIn(app);
  expect(await request(app, accessToken, 'Ada@Example.com')).toBe('ok');
  expect(await confirm(app, await nextCode(mails))).toBe('ok');
  const { tokens } = await app.refresh(refreshToken);
  expect((await app.send('{ me { email } }', { token: tokens?.accessToken })).data.me.email).toBe('Ada@example.com');
});

test('what is no address is refused', async () => {
  const { app } = await startMailApp();
  const { accessToken } = await makeLoggedIn(app);
  for (const bad of ['', 'ada', `${'a'.repeat(300)}@example.com`, 'a@example.com\r\nBcc: eve@example.com']) {
    expect(await request(app, accessToken, bad)).toBe('EMAIL_INVALID');
  }
});

test('an address that somebody has got meanwhile is not taken away, and nothing else happens', async () => {
  const { app, mails } = await startMailApp();
  const own = await makeLoggedIn(app);
  await request(app, own.accessToken);
  const code = await nextCode(mails);
  await makeUser(app, NEW);
  expect(await confirm(app, code)).toBe('INVALID_CODE');
  expect(await app.ask(own.accessToken)).toBe('ok');
  await waitForOutbox(app);
  expect(mails.received).toHaveLength(1);
});

test('the session that asked must be live when it is confirmed: who has ended it did not want what it asked for', async () => {
  const { app, mails } = await startMailApp();
  const own = await makeLoggedIn(app);
  const stolen = await app.login();
  await request(app, stolen.accessToken, 'eve@example.com');
  const code = await nextCode(mails);
  await act(app, 'revokeSession', { sessionId: stolen.sid }, own.accessToken);
  expect(await confirm(app, code)).toBe('INVALID_CODE');
  expect(await app.ask(own.accessToken)).toBe('ok');
});

test('of 50 confirmations at once one changes the address', async () => {
  makeDriverYield();
  const { app, mails } = await startMailApp();
  const { accessToken } = await makeLoggedIn(app);
  await request(app, accessToken);
  const code = await nextCode(mails);
  const answers = await Promise.all(Array.from({ length: 50 }, () => confirm(app, code)));
  expect(answers.filter((answer) => answer !== 'INVALID_CODE')).toEqual(['ok']);
});
