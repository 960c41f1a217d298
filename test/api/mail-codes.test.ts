/** A mailed code does not work twice, late, for another purpose or user, or after the password or the address has changed. */
import { expect, test } from 'vitest';
import { EMAIL, PASSWORD } from '../support/app/requests.js';
import type { TestApp } from '../support/app/start-app.js';
import { readRows } from '../support/database/stored-rows.js';
import { followLink, makeLoggedIn, makeUser, nextCode, requestVerification, startMailApp } from '../support/mail/mail-app.js';
import { act } from '../support/mutations/mutations.js';

const NEW = 'a wholly new passphrase';

/** The mutations that take a code. */
const USES = {
  resetPassword: (app: TestApp, code: string) => act(app, 'resetPassword', { code, newPassword: NEW }),
  verifyEmail: (app: TestApp, code: string) => act(app, 'verifyEmail', { code }),
  confirmEmailChange: (app: TestApp, code: string) => act(app, 'confirmEmailChange', { code }),
  confirmRegistration: (app: TestApp, code: string) => act(app, 'confirmRegistration', { code, password: PASSWORD }),
};
type Use = keyof typeof USES;
const NAMES = Object.keys(USES) as Use[];

/** One code of each kind for the logged-in user; the registration belongs to another user. */
async function prepare() {
  const { app, mails } = await startMailApp();
  const own = await makeLoggedIn(app);
  await act(app, 'requestPasswordReset', { email: EMAIL });
  await requestVerification(app, own.accessToken);
  await act(app, 'requestEmailChange', { newEmail: 'countess@example.com' }, own.accessToken);
  await act(app, 'register', { email: 'new@example.com', password: PASSWORD });
  const links = [await mails.next(), await mails.next(), await mails.next(), await mails.next()].map(followLink);
  const codeFor = (page: string) => links.find((link) => link.page.endsWith(page))?.code ?? '';
  const codes: Record<Use, string> = {
    resetPassword: codeFor('/reset-password'),
    verifyEmail: codeFor('/verify-email'),
    confirmEmailChange: codeFor('/confirm-email-change'),
    confirmRegistration: codeFor('/confirm-registration'),
  };
  return { app, mails, own, codes };
}

test.each([
  ['empty', ''],
  ['garbage', 'x'],
  ['of the right shape, and unknown', `lkc_${'A'.repeat(43)}`],
  ['too short', `lkc_${'A'.repeat(42)}`],
  ['with something behind it', `lkc_${'A'.repeat(43)}\n`],
  ['a refresh token', `lkr_${'A'.repeat(65)}`],
  ['of 50 KB', `lkc_${'A'.repeat(50_000)}`],
  ['with a NUL', 'lkc_\0'],
  ['half a surrogate pair', '\ud800'],
])('a code that is %s is refused everywhere', async (_, code) => {
  const { app } = await startMailApp();
  for (const name of NAMES) expect(await USES[name](app, code), name).toBe('INVALID_CODE');
});

test('a code works for what it was mailed for, once, and for nothing else before', async () => {
  const { app, codes } = await prepare();
  for (const name of NAMES) {
    for (const other of NAMES) if (other !== name) expect(await USES[other](app, codes[name]), `${name} for ${other}`).toBe('INVALID_CODE');
  }
  for (const name of ['verifyEmail', 'confirmRegistration', 'confirmEmailChange'] as const) {
    expect(await USES[name](app, codes[name]), name).toBe('ok');
    expect(await USES[name](app, codes[name]), `${name} again`).toBe('INVALID_CODE');
  }
});

test.each([
  ['resetPassword', 1_800],
  ['confirmEmailChange', 3_600],
  ['verifyEmail', 86_400],
  ['confirmRegistration', 86_400],
] as const)('a code for %s is good for %i seconds and no longer', async (name, seconds) => {
  const late = await prepare();
  late.app.clock.advance(seconds);
  expect(await USES[name](late.app, late.codes[name])).toBe('INVALID_CODE');
  late.app.clock.advance(-0.001);
  expect(await USES[name](late.app, late.codes[name])).toBe('ok');
});

test('a newer code of the same kind makes the older one useless, and no other one', async () => {
  const { app, mails, own, codes } = await prepare();
  await act(app, 'requestPasswordReset', { email: EMAIL });
  const newer = await nextCode(mails);
  expect(await USES.resetPassword(app, codes.resetPassword)).toBe('INVALID_CODE');
  expect(await USES.verifyEmail(app, codes.verifyEmail)).toBe('ok');
  await makeUser(app, 'eve@example.com');
  await act(app, 'requestPasswordReset', { email: 'eve@example.com' });
  await act(app, 'requestPasswordReset', { email: 'nobody@example.com' });
  expect(await USES.resetPassword(app, newer)).toBe('ok');
  expect(own.sid).toBeTruthy();
});

const CHANGES: Record<string, (prepared: Awaited<ReturnType<typeof prepare>>) => Promise<unknown>> = {
  'the user has changed the password': ({ app, own }) =>
    act(app, 'changePassword', { currentPassword: PASSWORD, newPassword: NEW }, own.accessToken),
  'the password was reset': ({ app, codes }) => USES.resetPassword(app, codes.resetPassword),
  'an operator has set the password': ({ app }) => app.app.administration.resetPassword({ user: EMAIL, password: NEW }),
  'the address has changed': ({ app, codes }) => USES.confirmEmailChange(app, codes.confirmEmailChange),
  'the user was disabled': ({ app }) => app.app.administration.disableUser({ user: EMAIL }),
  'the user was disabled and enabled': async ({ app }) => {
    await app.app.administration.disableUser({ user: EMAIL });
    await app.app.administration.enableUser({ user: EMAIL });
  },
  'the user was deleted': ({ app }) => app.app.administration.deleteUser({ user: EMAIL }),
};

test.each(Object.entries(CHANGES))('when %s, every code from before is dead', async (_, change) => {
  const prepared = await prepare();
  const { app, codes } = prepared;
  await change(prepared);
  for (const name of ['resetPassword', 'verifyEmail', 'confirmEmailChange'] as const) {
    expect(await USES[name](app, codes[name]), name).toBe('INVALID_CODE');
  }
  // A registration has nothing to do with this user.
  expect(await USES.confirmRegistration(app, codes.confirmRegistration)).toBe('ok');
});

test('wrong codes count against the address they come from, right ones do not', async () => {
  const { app, mails } = await startMailApp({ settings: { ADDRESS_ATTEMPTS: '5' } });
  await makeUser(app);
  await act(app, 'requestPasswordReset', { email: EMAIL });
  const code = await nextCode(mails);
  for (let count = 0; count < 10; count += 1)
    expect(await act(app, 'resetPassword', { code, newPassword: 'short' })).toBe('PASSWORD_TOO_SHORT');
  const answers: string[] = [];
  for (let count = 0; count < 6; count += 1) answers.push(await USES.verifyEmail(app, `lkc_${'A'.repeat(43)}`));
  expect(answers.at(0)).toBe('INVALID_CODE');
  expect(answers.at(-1)).toBe('RATE_LIMITED');
  expect(await USES.resetPassword(app, code)).toBe('RATE_LIMITED');
});

test('codes that have expired are removed', async () => {
  const { app } = await prepare();
  app.clock.advance(3_600);
  expect(await app.app.administration.prune()).toMatchObject({ result: { mailCodes: 2 } });
  app.clock.advance(86_400);
  expect(await app.app.administration.prune()).toMatchObject({ result: { mailCodes: 2 } });
  await app.app.close();
  expect(readRows(app.dataDir, 'SELECT hash FROM MailCode')).toEqual([]);
});
