/** A lost password: a code by mail, a new password, and no earlier token is accepted. */
import { expect, test } from 'vitest';
import { EMAIL, PASSWORD } from '../support/app/requests.js';
import type { TestApp } from '../support/app/start-app.js';
import { readRows } from '../support/database/stored-rows.js';
import { makeDriverYield } from '../support/database/yielding-driver.js';
import { followLink, makeLoggedIn, makeUser, nextCode, startMailApp, waitForOutbox } from '../support/mail/mail-app.js';
import { act } from '../support/mutations/mutations.js';

const NEW = 'a wholly new passphrase';
const REVOKED = 'UNAUTHENTICATED TOKEN_REVOKED';

const request = (app: TestApp, email = EMAIL) => act(app, 'requestPasswordReset', { email });
const reset = (app: TestApp, code: string, newPassword = NEW) => act(app, 'resetPassword', { code, newPassword });
const logIn = (app: TestApp, password: string, email = EMAIL) => act(app, 'login', { email, password });

test('the code in the mail sets a new password, and every session of the user is dead [R3]', async () => {
  const { app, mails } = await startMailApp();
  const first = await makeLoggedIn(app);
  const second = await app.login();
  expect(await request(app)).toBe('ok');
  const mail = await mails.next();
  expect(mail).toMatchObject({ to: EMAIL, from: 'login@example.com', subject: 'Reset your password at app.example.com' });
  expect(mail.text).toMatch(/from 127\.0\.0\.1 on 2030-01-01 12:00 UTC/);
  expect(mail.text).toMatch(/within 30 minutes/);
  const { page, code } = followLink(mail);
  expect(page).toBe('https://app.example.com/login/reset-password');
  expect(await reset(app, code)).toBe('ok');
  for (const { accessToken, refreshToken } of [first, second]) {
    expect(await app.ask(accessToken)).toBe(REVOKED);
    expect((await app.refresh(refreshToken)).tokens).toBe(null);
  }
  expect([await logIn(app, PASSWORD), await logIn(app, NEW)]).toEqual(['INVALID_CREDENTIALS', 'ok']);
  const notice = await mails.next();
  expect(notice).toMatchObject({ to: EMAIL, subject: 'Your password at app.example.com was changed' });
  expect(notice.text).not.toMatch(/lkc_|https?:/);
});

test('a reset verifies the address, is written down, and opens no session', async () => {
  const { app, mails } = await startMailApp();
  await makeUser(app);
  await request(app);
  await reset(app, await nextCode(mails));
  const { data } = await app.send(`mutation { login(input: { email: "${EMAIL}", password: "${NEW}" }) { user { emailVerifiedAt } } }`);
  expect(data.login.user.emailVerifiedAt).toBe('2030-01-01T12:00:00.000Z');
  await app.app.close();
  const events = readRows(app.dataDir, "SELECT kind, ipAddress FROM AuditEvent WHERE kind LIKE 'user.password%' OR kind LIKE 'session%'");
  expect(events).toMatchObject([{ kind: 'user.password-reset-requested' }, { kind: 'user.password-reset' }, { kind: 'session.started' }]);
});

test('a code works once, and of 50 uses at once one', async () => {
  makeDriverYield();
  const { app, mails } = await startMailApp();
  await makeUser(app);
  await request(app);
  const code = await nextCode(mails);
  const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => reset(app, code, `${NEW} ${index}`)));
  const winner = answers.indexOf('ok');
  expect(answers.filter((answer) => answer !== 'INVALID_CODE')).toEqual(['ok']);
  expect(await logIn(app, `${NEW} ${winner}`)).toBe('ok');
  expect(await reset(app, code)).toBe('INVALID_CODE');
});

test('a password that may not be chosen does not use the code up', async () => {
  const { app, mails } = await startMailApp();
  await makeUser(app);
  await request(app);
  const code = await nextCode(mails);
  expect(await reset(app, code, 'short')).toBe('PASSWORD_TOO_SHORT');
  expect(await reset(app, code, 'x'.repeat(3_000))).toBe('PASSWORD_TOO_LONG');
  expect(await reset(app, code)).toBe('ok');
});

test('the address that was registered gets the mail, however the request spells it', async () => {
  const { app, mails } = await startMailApp();
  await makeUser(app, 'finn@example.com');
  // A look-alike address that may be another user's mailbox.
  expect(await request(app, '\ufb01NN@example.com')).toBe('ok');
  expect((await mails.next()).to).toBe('finn@example.com');
});

test('nobody gets a mail for an address that nobody has, nor a disabled user', async () => {
  const { app, mails } = await startMailApp();
  await makeUser(app);
  await makeUser(app, 'eve@example.com');
  await app.app.administration.disableUser({ user: 'eve@example.com' });
  for (const email of ['nobody@example.com', 'eve@example.com', EMAIL]) expect(await request(app, email)).toBe('ok');
  await waitForOutbox(app);
  expect(mails.received.map(({ to }) => to)).toEqual([EMAIL]);
});

test('what is no address is refused, and nothing is written', async () => {
  const { app } = await startMailApp();
  for (const email of ['', 'ada', 'ada@', `${'a'.repeat(10_000)}@example.com`, 'ada@example.com\r\nBcc: eve@example.com']) {
    expect(await request(app, email)).toBe('EMAIL_INVALID');
  }
  await app.app.close();
  expect(readRows(app.dataDir, 'SELECT id FROM OutgoingMail UNION ALL SELECT hash FROM MailCode')).toEqual([]);
});

test('a login that is under way with the old password opens nothing after the reset has answered [R11]', async () => {
  makeDriverYield();
  const { app, mails } = await startMailApp({ settings: { LOGIN_ATTEMPTS: '1000' } });
  await makeUser(app);
  for (let round = 0; round < 4; round += 1) {
    app.clock.advance(3_600);
    await request(app);
    const code = await nextCode(mails);
    const old = round === 0 ? PASSWORD : `${NEW} ${round - 1}`;
    const next = `${NEW} ${round}`;
    const logins = Array.from({ length: 5 }, () =>
      app.send(`mutation { login(input: { email: "${EMAIL}", password: "${old}" }) { accessToken } }`),
    );
    const [changed, ...opened] = await Promise.all([reset(app, code, next), ...logins]);
    expect(changed).toBe('ok');
    for (const { data } of opened) if (data.login.accessToken !== null) expect(await app.ask(data.login.accessToken)).toBe(REVOKED);
    await mails.next();
  }
});

test('while the mail server is down the request is answered, and the mail comes when it is up, over a restart too', async () => {
  const { app, mails } = await startMailApp();
  await makeUser(app);
  await mails.goDown();
  expect(await request(app)).toBe('ok');
  const restarted = await app.restart();
  await mails.comeUp();
  restarted.clock.advance(60);
  const code = await nextCode(mails);
  expect(await reset(restarted, code)).toBe('ok');
});

test('neither code nor address stands in the rows, nor in the log', async () => {
  const { collectLog } = await import('../support/app/collected-log.js');
  const { log, text } = collectLog();
  const { app, mails } = await startMailApp({ log });
  await makeUser(app);
  await mails.goDown();
  await request(app);
  await app.app.close();
  const rows = JSON.stringify([readRows(app.dataDir, 'SELECT * FROM OutgoingMail'), readRows(app.dataDir, 'SELECT * FROM MailCode')]);
  expect(rows).toMatch(/"purpose":"password-reset"/);
  expect(rows).not.toMatch(/lkc_|ada@/);
  expect(text()).not.toMatch(/lkc_|ada@/);
});

test('whoever was locked out by the guesses of others gets in from where the password was reset', async () => {
  const { app, mails } = await startMailApp({ settings: { TRUST_PROXY: 'on', LOGIN_ATTEMPTS: '3', ADDRESS_ATTEMPTS: '1000' } });
  await makeUser(app);
  const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });
  const guess = (address: string, password: string) =>
    app.send(`mutation { login(input: { email: "${EMAIL}", password: "${password}" }) { accessToken } }`, from(address));
  for (let address = 1; address <= 20; address += 1) await guess(`198.51.100.${address}`, 'a wrong guess');
  expect((await guess('192.0.2.1', PASSWORD)).errors?.[0]?.extensions.code).toBe('RATE_LIMITED');
  await request(app);
  const code = await nextCode(mails);
  await app.send(
    `mutation { resetPassword(input: { code: "${code}", newPassword: "${NEW}" }) { userErrors { code } } }`,
    from('192.0.2.1'),
  );
  expect((await guess('192.0.2.1', NEW)).data.login.accessToken).toBeTruthy();
});
