/** One mailbox is one user, however the address is typed or pasted; and a blank that was pasted with it is no guess. */
import { expect, test } from 'vitest';
import { PASSWORD } from '../support/app/requests.js';
import { startApp, type TestApp } from '../support/app/start-app.js';
import { writeRows } from '../support/database/stored-rows.js';
import { followLink, makeLoggedIn, makeUser, requestVerification, startMailApp } from '../support/mail/mail-app.js';
import { act, mutate } from '../support/mutations/mutations.js';
import { guess, guessOften, LIMITED, logInFrom, RIGHT, WRONG } from '../support/passwords/guessing.js';

const HERE = '192.0.2.1';
const STORED = 'Ada@xn--bcher-kva.example';
const SPELLINGS = [
  'Ada@bücher.example',
  'ADA@BÜCHER.example',
  'ada@bu\u0308cher.example',
  'ada@XN--BCHER-KVA.example',
  ' ada@bücher.example\u00a0',
  'ada@bücher.example.',
  'mailto:ada@bücher.example',
  '<ada@bücher.example>',
  '"ada"@bücher.example',
  'ａｄａ＠bücher．example',
];

const register = (app: TestApp, email: string) => act(app, 'register', { email, password: PASSWORD });

test('every spelling of an address is taken by its user, and logs that user in', async () => {
  const app = await startApp();
  const { data } = await mutate(app, 'register', { email: SPELLINGS[0], password: PASSWORD }, 'user { email }');
  expect(data.register.user).toEqual({ email: STORED });
  for (const spelling of SPELLINGS) {
    expect(await register(app, spelling), spelling).toBe('EMAIL_TAKEN');
    expect(await logInFrom(app, HERE, spelling), spelling).toBe(RIGHT);
  }
  expect(await app.app.administration.listUsers()).toMatchObject({ result: [{ email: STORED }] });
});

test('the guesses under all spellings share one budget, for an unknown user as well', async () => {
  const app = await startApp();
  await register(app, STORED);
  for (const user of ['Ada', 'nobody']) {
    const next = (index: number) => ({ email: SPELLINGS[index % SPELLINGS.length]?.replace(/ada|ａｄａ/i, user) });
    expect(await guessOften(app, 12, next)).toEqual({ [WRONG]: 10, [LIMITED]: 2 });
  }
});

test('a blank at the end of an address is no guess, and one at the end of a password is', async () => {
  const app = await startApp();
  await app.register();
  for (let count = 0; count < 15; count += 1) expect(await guess(app, { email: 'ada@example.com ', password: PASSWORD })).toBe(RIGHT);
  expect(await guess(app, { password: `${PASSWORD} ` })).toBe(WRONG);
});

test('a code may be pasted with blanks around it', async () => {
  const { app, mails } = await startMailApp();
  const { accessToken } = await makeLoggedIn(app);
  await requestVerification(app, accessToken);
  const { code } = followLink(await mails.next());
  expect(await act(app, 'verifyEmail', { code: `\u200b ${code}\u00a0\r\n` })).toBe('ok');
});

test('mails go to the one form of the address', async () => {
  const { app, mails } = await startMailApp();
  const { accessToken } = await makeLoggedIn(app);
  expect(await act(app, 'requestEmailChange', { newEmail: ' <Zoë@EXAMPLE.com.> ' }, accessToken)).toBe('ok');
  expect(await mails.next()).toMatchObject({ to: 'Zoë@example.com' });
  expect(await register(app, 'mailto:new@example.com')).toBe('ok');
  expect(await mails.next()).toMatchObject({ to: 'new@example.com' });
});

test('a search finds the domain as people read it', async () => {
  const app = await startApp();
  await register(app, STORED);
  for (const search of ['bücher', 'BÜCHER', 'xn--bcher']) {
    expect(await app.app.administration.listUsers({ search })).toMatchObject({ result: [{ email: STORED }] });
  }
});

/** Users as an earlier version has stored them: the key has the domain as it was typed. */
async function storeAsBefore(app: TestApp, emails: readonly string[]): Promise<TestApp> {
  for (const index of emails.keys()) await makeUser(app, `user${index}@example.com`);
  await app.app.close();
  for (const [index, email] of emails.entries()) {
    writeRows(app.dataDir, `UPDATE "User" SET "email" = '${email}', "emailKey" = '${email}' WHERE "emailKey" = 'user${index}@example.com'`);
  }
  return app.restart();
}

test('a user whom an earlier version has stored under another spelling is found, and keeps the mailbox', async () => {
  const app = await storeAsBefore(await startApp(), ['ada@bücher.example']);
  for (const spelling of SPELLINGS) {
    expect(await logInFrom(app, HERE, spelling), spelling).toBe(RIGHT);
    expect(await register(app, spelling), spelling).toBe('EMAIL_TAKEN');
  }
});

test('two users whom an earlier version has stored under one mailbox both keep their logins', async () => {
  const app = await storeAsBefore(await startApp(), ['ada@bücher.example', 'ada@xn--bcher-kva.example']);
  const idOf = async (email: string) => {
    const { data } = await mutate(app, 'login', { email, password: PASSWORD }, 'user { email }');
    return data.login.user.email;
  };
  expect(await idOf('ada@bücher.example')).toBe('ada@bücher.example');
  expect(await idOf('ada@xn--bcher-kva.example')).toBe('ada@xn--bcher-kva.example');
  expect(await register(app, STORED)).toBe('EMAIL_TAKEN');
});
