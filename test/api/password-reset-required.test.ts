/** An administrator invalidates a password: it stops working at once, and the user sets a new one with a mailed code. */
import { expect, test } from 'vitest';
import { makeAdministrator } from '../support/app/administrators.js';
import { EMAIL, PASSWORD } from '../support/app/requests.js';
import { type TestApp, type TestOptions } from '../support/app/start-app.js';
import { readRows } from '../support/database/stored-rows.js';
import { createPauses, makeDriverYield } from '../support/database/yielding-driver.js';
import { makeUser, nextCode, startMailApp, waitForOutbox } from '../support/mail/mail-app.js';
import { act } from '../support/mutations/mutations.js';

const NEW = 'a wholly new passphrase';
const REVOKED = 'UNAUTHENTICATED TOKEN_REVOKED';
const ROUNDS = Number(process.env.TEST_RACE_ROUNDS ?? 30);

const logIn = (app: TestApp, password: string) => act(app, 'login', { email: EMAIL, password });

async function start(options: TestOptions = {}) {
  const { app, mails } = await startMailApp(options);
  const userId = await makeUser(app);
  const admin = await makeAdministrator(app);
  const require = () => act(app, 'requirePasswordReset', { userId, reason: 'it has leaked' }, admin.accessToken);
  return { app, mails, userId, admin, require };
}

test('the password and the sessions are dead, and the code in the mail sets a new password [R3]', async () => {
  const { app, mails, require } = await start();
  const { accessToken, refreshToken } = await app.login();
  expect(await require()).toBe('ok');
  expect(await app.ask(accessToken)).toBe(REVOKED);
  expect((await app.refresh(refreshToken)).tokens).toBe(null);
  expect(await logIn(app, PASSWORD)).toBe('INVALID_CREDENTIALS');
  const mail = await mails.next();
  expect(mail).toMatchObject({ to: EMAIL, subject: 'Choose a new password at app.example.com' });
  expect(mail.text).not.toMatch(/leaked|root@/);
  const code = mail.text.match(/^lkc_[\w-]{43}$/m)?.[0] ?? '';
  expect(await act(app, 'resetPassword', { code, newPassword: PASSWORD })).toBe('PASSWORD_REUSED');
  expect(await act(app, 'resetPassword', { code, newPassword: NEW })).toBe('ok');
  expect([await logIn(app, PASSWORD), await logIn(app, NEW)]).toEqual(['INVALID_CREDENTIALS', 'ok']);
});

test('a code that was mailed before is dead; its owner can ask for another one', async () => {
  const { app, mails, require } = await start();
  await act(app, 'requestPasswordReset', { email: EMAIL });
  const before = await nextCode(mails);
  expect(await require()).toBe('ok');
  const required = await nextCode(mails);
  expect(await act(app, 'resetPassword', { code: before, newPassword: NEW })).toBe('INVALID_CODE');
  app.clock.advance(31 * 60);
  expect(await act(app, 'resetPassword', { code: required, newPassword: NEW })).toBe('INVALID_CODE');
  await act(app, 'requestPasswordReset', { email: EMAIL });
  expect(await act(app, 'resetPassword', { code: await nextCode(mails), newPassword: NEW })).toBe('ok');
});

test('the password stays forbidden when it is demanded twice, until there is another one', async () => {
  const { app, mails, require } = await start();
  expect(await require()).toBe('ok');
  // Two mails that wait together may arrive in either order.
  await nextCode(mails);
  expect(await require()).toBe('ok');
  const code = await nextCode(mails);
  expect(await act(app, 'resetPassword', { code, newPassword: PASSWORD })).toBe('PASSWORD_REUSED');
  expect(await act(app, 'resetPassword', { code, newPassword: NEW })).toBe('ok');
  // The notice of the change.
  await mails.next();
  await act(app, 'requestPasswordReset', { email: EMAIL });
  // Once it was changed, the old password counts like any other and may be chosen again.
  expect(await act(app, 'resetPassword', { code: await nextCode(mails), newPassword: PASSWORD })).toBe('ok');
});

test('a disabled user gets no code, and has no password when enabled again', async () => {
  const { app, mails, userId, admin, require } = await start();
  await act(app, 'disableUser', { userId }, admin.accessToken);
  expect(await require()).toBe('ok');
  await waitForOutbox(app);
  expect(mails.received).toEqual([]);
  await act(app, 'enableUser', { userId }, admin.accessToken);
  expect(await logIn(app, PASSWORD)).toBe('INVALID_CREDENTIALS');
  await act(app, 'requestPasswordReset', { email: EMAIL });
  expect(await act(app, 'resetPassword', { code: await nextCode(mails), newPassword: NEW })).toBe('ok');
});

test('it is written down with its reason, and the last administrator may do it to themselves', async () => {
  const { app, mails, admin, require } = await start();
  await require();
  expect(await act(app, 'requirePasswordReset', { userId: admin.id }, admin.accessToken)).toBe('ok');
  expect(await app.ask(admin.accessToken)).toBe(REVOKED);
  await nextCode(mails);
  const code = await nextCode(mails);
  expect(await act(app, 'resetPassword', { code, newPassword: NEW })).toBe('ok');
  await app.app.close();
  const events = readRows(
    app.dataDir,
    "SELECT actor, reason FROM AuditEvent WHERE kind = 'user.password-reset-required' ORDER BY coalesce(reason, '')",
  );
  expect(events).toEqual([
    { actor: admin.id, reason: null },
    { actor: admin.id, reason: 'it has leaked' },
  ]);
});

test('a login or a change of the password that races it leaves nothing alive [R11] [R18]', { timeout: 120_000 }, async () => {
  makeDriverYield();
  const delay = createPauses(16);
  const late = createPauses(64);
  const { app, userId, admin } = await start({ settings: { LOGIN_ATTEMPTS: '1000', ADDRESS_ATTEMPTS: '1000' } });
  for (let round = 0; round < ROUNDS; round += 1) {
    await app.app.administration.resetPassword({ user: EMAIL, password: PASSWORD });
    const { accessToken } = await app.login();
    const [, login] = await Promise.all([
      late().then(() => act(app, 'requirePasswordReset', { userId }, admin.accessToken)),
      delay().then(() => app.send(`mutation { login(input: { email: "${EMAIL}", password: "${PASSWORD}" }) { accessToken } }`)),
      delay().then(() => act(app, 'changePassword', { currentPassword: PASSWORD, newPassword: NEW }, accessToken)),
    ]);
    const token = login.data.login?.accessToken;
    if (token) expect(await app.ask(token)).toBe(REVOKED);
    expect(await app.ask(accessToken)).toBe(REVOKED);
    expect([await logIn(app, PASSWORD), await logIn(app, NEW)]).toEqual(['INVALID_CREDENTIALS', 'INVALID_CREDENTIALS']);
  }
});
