/** The user gets a notice of a login from a new device. */
import { expect, test } from 'vitest';
import { EMAIL, PASSWORD } from '../support/app/requests.js';
import type { TestApp } from '../support/app/start-app.js';
import { makeDriverYield } from '../support/database/yielding-driver.js';
import { makeUser, nextCode, startMailApp, waitForOutbox } from '../support/mail/mail-app.js';
import { act, mutate } from '../support/mutations/mutations.js';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0';
const NEWER_FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:134.0.1) Gecko/20100101 Firefox/134.0.1';
const CURL = 'curl/8.5.0';

async function logIn({ send }: TestApp, userAgent: string | undefined, deviceName: string | null = null): Promise<void> {
  const { data, text } = await send('mutation($input: LoginInput!) { login(input: $input) { accessToken } }', {
    variables: { input: { email: EMAIL, password: PASSWORD, deviceName } },
    headers: { 'user-agent': userAgent ?? '' },
  });
  if (!data.login.accessToken) throw new Error(text);
}

test('the first login ever, and one from a program that was seen before, newer or not, is no news', async () => {
  const { app, mails } = await startMailApp();
  await makeUser(app);
  for (const userAgent of [FIREFOX, FIREFOX, NEWER_FIREFOX]) await logIn(app, userAgent);
  await waitForOutbox(app);
  expect(mails.received).toEqual([]);
});

test('a login from another program is told with its name, its address and the time', async () => {
  const { app, mails } = await startMailApp();
  await makeUser(app);
  await logIn(app, FIREFOX);
  app.clock.advance(3_600);
  await logIn(app, CURL, 'Work laptop');
  const mail = await mails.next();
  expect(mail).toMatchObject({ to: EMAIL, subject: 'A new device at app.example.com' });
  expect(mail.text).toContain('from 127.0.0.1 on 2030-01-01 13:00 UTC');
  expect(mail.text).toContain('Device: Work laptop\nProgram: curl/8.5.0\n');
  await logIn(app, CURL);
  await logIn(app, undefined);
  expect((await mails.next()).text).toContain('Device: without a name\nProgram: did not say\n');
  await waitForOutbox(app);
  expect(mails.received).toHaveLength(2);
});

test('two first logins from a new device at the same moment send one notice', async () => {
  makeDriverYield();
  const { app, mails } = await startMailApp();
  await makeUser(app);
  await logIn(app, FIREFOX);
  await Promise.all([logIn(app, CURL), logIn(app, CURL), logIn(app, CURL)]);
  await waitForOutbox(app);
  expect(mails.received).toHaveLength(1);
});

test('a wrong password tells nothing, and neither does a registration', async () => {
  const { app, mails } = await startMailApp();
  await act(app, 'register', { email: EMAIL, password: PASSWORD });
  await mutate(app, 'confirmRegistration', { code: await nextCode(mails), password: PASSWORD }, 'userErrors { code }');
  await act(app, 'login', { email: EMAIL, password: 'not the password' });
  await waitForOutbox(app);
  expect(mails.received).toHaveLength(1);
});

test('what an attacker names a device is quoted on one line, with nothing to click', async () => {
  const { app, mails } = await startMailApp();
  await makeUser(app);
  await logIn(app, FIREFOX);
  await logIn(app, 'x https://evil.example.com/login', `Click https://evil.example.com ${'!'.repeat(150)}`);
  const { text } = await mails.next();
  expect(text).not.toMatch(/:\/\/|evil\.example/);
  expect(text).toMatch(/^Device: Click https\[:\]\/\/evil\[\.\]example\[\.\]com !+…$/m);
});

test('whoever has the password can not fill the outbox with new devices', async () => {
  const { app, mails } = await startMailApp();
  await makeUser(app);
  for (const letter of 'abcdefghijklmno') await logIn(app, letter.repeat(3));
  await waitForOutbox(app);
  expect(mails.received).toHaveLength(10);
});
