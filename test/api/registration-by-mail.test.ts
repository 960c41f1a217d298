/** Registration with mail configured: a mailed code creates the user, and no answer reveals who is already registered. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import { expect, test } from 'vitest';
import { collectLog } from '../support/app/collected-log.js';
import { EMAIL, PASSWORD } from '../support/app/requests.js';
import { startApp, type TestApp } from '../support/app/start-app.js';
import { makeDriverYield } from '../support/database/yielding-driver.js';
import { followLink, makeUser, nextCode, startMailApp, waitForOutbox } from '../support/mail/mail-app.js';
import { act, mutate, userErrorsOf } from '../support/mutations/mutations.js';
import { tally } from '../support/passwords/guessing.js';

const SELECTION =
  'confirmationSent accessToken refreshToken expiresAt refreshExpiresAt session { id } user { id } userErrors { code field }';
const NOTHING = { accessToken: null, refreshToken: null, expiresAt: null, refreshExpiresAt: null, session: null, user: null };

const register = (app: TestApp, input: object = {}) => mutate(app, 'register', { email: EMAIL, password: PASSWORD, ...input }, SELECTION);

const confirm = (app: TestApp, code: string, input: object = {}) =>
  mutate(
    app,
    'confirmRegistration',
    { code, password: PASSWORD, ...input },
    'accessToken refreshToken session { deviceName current } user { email name emailVerifiedAt roles } userErrors { code field }',
  );

const outcomeOf = async (answer: ReturnType<typeof confirm>) => userErrorsOf(await answer, 'confirmRegistration');

test('a registration makes nobody until its code comes back with the password', async () => {
  const { app, mails } = await startMailApp();
  const { data } = await register(app, { name: 'Ada' });
  expect(data.register).toEqual({ ...NOTHING, confirmationSent: true, userErrors: [] });
  expect(await act(app, 'login', { email: EMAIL, password: PASSWORD })).toBe('INVALID_CREDENTIALS');
  const mail = await mails.next();
  expect(mail).toMatchObject({ to: EMAIL, subject: 'Confirm your registration at app.example.com' });
  const { page, code } = followLink(mail);
  expect(page).toBe('https://app.example.com/login/confirm-registration');
  const { data: confirmed } = await confirm(app, code, { deviceName: 'Phone' });
  expect(confirmed.confirmRegistration).toMatchObject({
    session: { deviceName: 'Phone', current: true },
    user: { email: EMAIL, name: 'Ada', emailVerifiedAt: '2030-01-01T12:00:00.000Z', roles: [] },
    userErrors: [],
  });
  expect(await app.ask(confirmed.confirmRegistration.accessToken)).toBe('ok');
  expect(await app.ask((await app.login()).accessToken)).toBe('ok');
});

test('for a taken address the answer is the same to the byte, and the owner is told', async () => {
  const { app, mails } = await startMailApp();
  await makeUser(app, 'finn@example.com');
  const free = await register(app, { email: 'free@example.com', name: 'Eve' });
  expect(followLink(await mails.next()).code).toBeTruthy();
  const taken = await register(app, { email: 'FINN@example.com', name: 'Visit evil.example.com now' });
  expect(taken.text).toBe(free.text);
  const mail = await mails.next();
  expect(mail).toMatchObject({ to: 'finn@example.com', subject: 'You are registered at app.example.com already' });
  expect(mail.text).not.toMatch(/lkc_|https?:|evil/);
});

test('no letter carries the name that was given', async () => {
  const { app, mails } = await startMailApp();
  await register(app, { name: 'You have won, see evil.example.com' });
  const { text, subject, parsed } = await mails.next();
  expect(text + subject + JSON.stringify(parsed.headerLines)).not.toMatch(/won|evil/);
});

test('faults of the input are told as before', async () => {
  const { app, mails } = await startMailApp();
  const { data } = await register(app, { email: 'ada', password: 'short', name: '\n' });
  expect(data.register).toEqual({
    ...NOTHING,
    confirmationSent: null,
    userErrors: [
      { code: 'EMAIL_INVALID', field: ['input', 'email'] },
      { code: 'PASSWORD_TOO_SHORT', field: ['input', 'password'] },
      { code: 'NAME_INVALID', field: ['input', 'name'] },
    ],
  });
  expect(userErrorsOf(await register(app, { deviceName: 'a\nb' }), 'register')).toBe('DEVICE_NAME_INVALID');
  const closed = await app.restart({ REGISTRATION: 'closed' });
  expect(userErrorsOf(await register(closed), 'register')).toBe('REGISTRATION_CLOSED');
  await waitForOutbox(closed);
  expect(mails.received).toEqual([]);
});

test('a wrong password, or a bad device name, does not use the code up', async () => {
  const { app, mails } = await startMailApp();
  await register(app);
  const code = await nextCode(mails);
  for (const password of ['', 'not the password', 'x'.repeat(50_000), '\ud800 long enough']) {
    expect(await outcomeOf(confirm(app, code, { password }))).toBe('INVALID_CREDENTIALS');
  }
  expect(await outcomeOf(confirm(app, code, { deviceName: '\n' }))).toBe('DEVICE_NAME_INVALID');
  expect(await outcomeOf(confirm(app, code))).toBe('ok');
  expect(await outcomeOf(confirm(app, code))).toBe('INVALID_CODE');
});

test('passwords that are tried with a code count like logins', async () => {
  const { app, mails } = await startMailApp({ settings: { LOGIN_ATTEMPTS: '3' } });
  await register(app);
  const code = await nextCode(mails);
  for (let count = 0; count < 3; count += 1) await confirm(app, code, { password: 'not the password' });
  expect((await confirm(app, code)).errors?.[0]?.extensions.code).toBe('RATE_LIMITED');
});

test('who registers with the address of somebody else gains nothing when that one follows the link', async () => {
  const { app, mails } = await startMailApp();
  await register(app, { password: 'the password of the attacker' });
  const attackers = await nextCode(mails);
  await register(app);
  const own = await nextCode(mails);
  expect(await outcomeOf(confirm(app, attackers))).toBe('INVALID_CREDENTIALS');
  expect(await outcomeOf(confirm(app, own))).toBe('ok');
  expect(await outcomeOf(confirm(app, attackers, { password: 'the password of the attacker' }))).toBe('INVALID_CODE');
  expect(await act(app, 'login', { email: EMAIL, password: 'the password of the attacker' })).toBe('INVALID_CREDENTIALS');
});

test('an address that somebody has got meanwhile is not registered again', async () => {
  const { app, mails } = await startMailApp();
  await register(app);
  const code = await nextCode(mails);
  await makeUser(app, 'ADA@example.com');
  expect(await outcomeOf(confirm(app, code))).toBe('INVALID_CODE');
});

test('of 50 confirmations at once, with two codes for one address, one makes the user', async () => {
  makeDriverYield();
  const { app, mails } = await startMailApp({ settings: { LOGIN_ATTEMPTS: '100' } });
  await register(app);
  await register(app);
  const codes = [await nextCode(mails), await nextCode(mails)];
  const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => outcomeOf(confirm(app, codes[index % 2] ?? ''))));
  expect(answers.filter((answer) => answer !== 'INVALID_CODE')).toEqual(['ok']);
  expect(await app.app.administration.listUsers()).toMatchObject({ result: [{ email: EMAIL }] });
});

test('nobody can have many mails sent to one address', async () => {
  const { app, mails } = await startMailApp();
  const answers: string[] = [];
  for (let count = 0; count < 8; count += 1)
    answers.push((await register(app)).errors?.[0]?.extensions.code === 'RATE_LIMITED' ? 'no' : 'yes');
  expect(answers).toEqual(['yes', 'yes', 'yes', 'yes', 'yes', 'no', 'no', 'no']);
  await waitForOutbox(app);
  expect(mails.received).toHaveLength(5);
});

test('whoever has mails sent to an address can not keep its owner from registering; all together still get no more than 20 letters', async () => {
  const { app } = await startMailApp();
  const ask = async (from: string) => {
    const query = `mutation { requestPasswordReset(input: { email: "${EMAIL}" }) { userErrors { code } } }`;
    return ((await app.send(query, { from })).errors?.[0]?.extensions.code ?? 'ok') as string;
  };
  for (const expected of ['ok', 'ok', 'ok', 'ok', 'ok', 'RATE_LIMITED']) expect(await ask('198.51.100.7')).toBe(expected);
  expect((await register(app)).data.register).toMatchObject({ confirmationSent: true });
  const answers: string[] = [];
  for (let index = 0; index < 20; index += 1) answers.push(await ask(`203.0.113.${index}`));
  expect(tally(answers)).toEqual({ ok: 14, RATE_LIMITED: 6 });
});

test('without a mail server a registration logs in at once, and the code to verify the address is in a file', async () => {
  const { log, lines } = collectLog();
  const app = await startApp({ log, settings: { APP_URL: 'http://localhost:5173' } });
  const { data } = await register(app);
  expect(data.register).toMatchObject({ confirmationSent: false, userErrors: [] });
  expect(await app.ask(data.register.accessToken)).toBe('ok');
  expect(userErrorsOf(await register(app), 'register')).toBe('EMAIL_TAKEN');
  await waitForOutbox(app);
  const [file = '', ...others] = readdirSync(join(app.dataDir, 'mail'));
  expect(others).toEqual([]);
  expect(lines.find(({ path }) => path !== undefined)).toMatchObject({ path: join(app.dataDir, 'mail', file) });
  const { text = '', to } = await simpleParser(readFileSync(join(app.dataDir, 'mail', file)));
  expect(to).toMatchObject({ text: EMAIL });
  const { page, code } = followLink({ text } as Parameters<typeof followLink>[0]);
  expect(page).toBe('http://localhost:5173/verify-email');
  expect(await act(app, 'verifyEmail', { code })).toBe('ok');
});
