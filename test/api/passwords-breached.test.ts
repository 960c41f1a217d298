/** Leaked passwords, with PWNED_PASSWORDS=on, are refused wherever a user chooses a password. */
import { expect, test } from 'vitest';
import { collectLog } from '../support/app/collected-log.js';
import { EMAIL, PASSWORD } from '../support/app/requests.js';
import { startApp, type TestApp, type TestOptions } from '../support/app/start-app.js';
import { mutate, userErrorsOf } from '../support/mutations/mutations.js';
import { splitHash, startPwnedServer } from '../support/passwords/pwned-server.js';

const LEAKED = 'tr0ub4dor and three';

const startAsking = (url: string, settings: TestOptions['settings'] = {}, options: TestOptions = {}) =>
  startApp({ ...options, settings: { PWNED_PASSWORDS: 'on', PWNED_PASSWORDS_URL: url, ...settings } });

async function register(app: TestApp, password: string, email = EMAIL): Promise<string> {
  return userErrorsOf(await mutate(app, 'register', { email, password }, 'accessToken userErrors { code field }'), 'register');
}

test('a leaked password is refused at registration, and another is taken', async () => {
  const { url } = await startPwnedServer([LEAKED]);
  const app = await startAsking(url);
  expect(await register(app, LEAKED)).toBe('PASSWORD_BREACHED');
  expect(await register(app, PASSWORD)).toBe('ok');
});

test('a leaked password is refused when it is changed to, and the old one goes on', async () => {
  const { url } = await startPwnedServer([LEAKED]);
  const app = await startAsking(url);
  const { accessToken } = await app.register();
  const change = { currentPassword: PASSWORD, newPassword: LEAKED };
  const answer = await mutate(app, 'changePassword', change, 'userErrors { code field }', accessToken);
  expect(answer.data.changePassword.userErrors).toEqual([{ code: 'PASSWORD_BREACHED', field: ['input', 'newPassword'] }]);
  expect(await app.ask(accessToken)).toBe('ok');
  await app.login();
});

test('a leaked password is refused for a user whom an operator makes', async () => {
  const { url } = await startPwnedServer([LEAKED]);
  const { app } = await startAsking(url);
  expect(await app.administration.createUser({ email: EMAIL, password: LEAKED })).toMatchObject({
    kind: 'failed',
    failures: [{ code: 'PASSWORD_BREACHED' }],
  });
});

test('it is asked in normal form: another keyboard does not hide a leak', async () => {
  const { url } = await startPwnedServer(['Zo\u00eb and friends']);
  const app = await startAsking(url);
  expect(await register(app, 'Zoe\u0308\u00a0and friends')).toBe('PASSWORD_BREACHED');
});

test('nothing is asked about a password that is refused anyway, nor at a login', async () => {
  const server = await startPwnedServer();
  const app = await startAsking(server.url);
  for (const password of ['short', 'x'.repeat(300), 'password', 'bad \ud800 password', 'ada.example-99']) {
    expect(await register(app, password)).not.toBe('ok');
  }
  expect(server.asked).toEqual([]);
  await app.register();
  expect(server.asked.length).toBe(1);
  await app.login();
  expect(server.asked.length).toBe(1);
});

test('by default nobody is asked', async () => {
  const server = await startPwnedServer([LEAKED]);
  const app = await startApp({ settings: { PWNED_PASSWORDS_URL: server.url } });
  expect(await register(app, LEAKED)).toBe('ok');
  expect(server.asked).toEqual([]);
});

test('while the server is down, PWNED_PASSWORDS_DOWN=allow takes the password and warns, `refuse` asks to come again', async () => {
  const { url } = await startPwnedServer([LEAKED], (_, response) => response.writeHead(503).end());
  const { log, lines, text } = collectLog();
  expect(await register(await startAsking(url, {}, { log }), LEAKED)).toBe('ok');
  const warnings = lines.filter(({ level }) => level === 40);
  expect(warnings).toMatchObject([{ why: 'status 503', newPasswords: 'allow' }]);
  const { prefix, rest } = splitHash(LEAKED);
  for (const secret of [LEAKED, prefix, rest.slice(0, 6)]) expect(text().toUpperCase()).not.toContain(secret.toUpperCase());

  const strict = await startAsking(url, { PWNED_PASSWORDS_DOWN: 'refuse' });
  expect(await register(strict, LEAKED)).toBe('PASSWORD_UNCHECKED');
  expect(await register(strict, 'password')).toBe('PASSWORD_TOO_COMMON');
});
