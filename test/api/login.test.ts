/** `login`: which users get in, and that a refusal does not reveal its reason to others. */
import { expect, test } from 'vitest';
import { EMAIL, PASSWORD } from '../support/app/requests.js';
import { startApp, type TestApp } from '../support/app/start-app.js';
import { logOut, mutate, userErrorsOf } from '../support/mutations/mutations.js';

const ALL_FIELDS = 'accessToken expiresAt refreshToken refreshExpiresAt session { id } user { id email } userErrors { code message field }';

const login = (app: TestApp, input: object, token?: string) =>
  mutate(app, 'login', { email: EMAIL, password: PASSWORD, ...input }, ALL_FIELDS, token);

test('a login opens a session of its own, with tokens of its own', async () => {
  const app = await startApp();
  const first = await app.register();
  app.clock.advance(60);
  const { data } = await login(app, {});
  const { accessToken, refreshToken, session, user, ...rest } = data.login;
  expect(rest).toEqual({ expiresAt: '2030-01-01T12:16:00.000Z', refreshExpiresAt: '2030-01-15T12:01:00.000Z', userErrors: [] });
  expect(user.email).toBe(EMAIL);
  expect(new Set([first.sid, session.id, first.refreshToken, refreshToken, first.accessToken, accessToken]).size).toBe(6);
  expect([await app.ask(accessToken), await app.ask(first.accessToken)]).toEqual(['ok', 'ok']);
});

test('unknown user, wrong password and disabled user get one and the same answer', async () => {
  const app = await startApp();
  await app.register();
  await app.register('eve@example.com');
  await app.app.administration.disableUser({ user: 'eve@example.com' });
  const { text: wrongPassword } = await login(app, { password: `${PASSWORD}!` });
  expect(JSON.parse(wrongPassword).data.login).toEqual({
    accessToken: null,
    expiresAt: null,
    refreshToken: null,
    refreshExpiresAt: null,
    session: null,
    user: null,
    userErrors: [{ code: 'INVALID_CREDENTIALS', message: 'Email or password is wrong.', field: null }],
  });
  const others = [
    { email: 'nobody@example.com' },
    { email: 'eve@example.com' },
    { email: 'eve@example.com', password: 'wrong as well' },
    { email: 'not an address' },
    { email: '' },
    { password: '' },
    { password: 'x'.repeat(50_000) },
    { password: 'half a pair \udc00' },
  ];
  for (const input of others) expect((await login(app, input)).text).toBe(wrongPassword);
});

test('the email of a login is compared as it was at registration', async () => {
  const app = await startApp();
  await app.register('Finn@example.com');
  for (const email of ['finn@example.com', 'FINN@EXAMPLE.COM', '\ufb01nn@example.com']) {
    expect(userErrorsOf(await login(app, { email }), 'login')).toBe('ok');
  }
  expect(userErrorsOf(await login(app, { email: 'fin@example.com' }), 'login')).toBe('INVALID_CREDENTIALS');
});

const LONG = 'a long password of many words '.repeat(8).slice(0, 200);

test.each([
  ['an accent', 'Zo\u00eb and friends', 'Zoe and friends'],
  ['a trailing space', 'with a space ', 'with a space'],
  ['a leading space', ' with a space', 'with a space'],
  ['upper case', 'Case Matters Here', 'case matters here'],
  ['what follows a NUL', 'before\0after', 'before\0other'],
  ['a NUL at the end', 'before and a NUL\0', 'before and a NUL'],
  ['compatibility forms', '\ufb01ne passwords', 'fine passwords'],
  ['the last of 200 characters', `${LONG}x`, `${LONG}y`],
  ['the last of 256 emoji', '🦄'.repeat(255).concat('🐉'), '🦄'.repeat(256)],
  ['line breaks', 'first line\r\nsecond', 'first line\nsecond'],
  ['right to left', 'סיסמה ארוכה מאוד', 'סיסמה ארוכה מאודד'],
])('a password is verified to the last character: %s', async (_, password, other) => {
  const app = await startApp();
  const registered = await mutate(app, 'register', { email: EMAIL, password }, 'userErrors { code }');
  expect(userErrorsOf(registered, 'register')).toBe('ok');
  expect(userErrorsOf(await login(app, { password }), 'login')).toBe('ok');
  expect(userErrorsOf(await login(app, { password: other }), 'login')).toBe('INVALID_CREDENTIALS');
});

const LONG_GREEK = '\u1f82\u1f83\u1f84\u1f85\u1f86\u1f87\u1f82\u1f83'.repeat(32);

test.each([
  ['composed and decomposed', 'Zo\u00eb and friends', 'Zoe\u0308 and friends'],
  ['a space and a no-break space', 'Zo\u00eb and friends', 'Zo\u00eb\u00a0and friends'],
  ['256 letters of four code points', LONG_GREEK, LONG_GREEK.normalize('NFD')],
])('a password of one keyboard logs in from another: %s', async (_, one, other) => {
  for (const [chosen, typed] of [
    [one, other],
    [other, one],
  ] as const) {
    const app = await startApp();
    await mutate(app, 'register', { email: EMAIL, password: chosen }, 'userErrors { code }');
    expect(userErrorsOf(await login(app, { password: typed }), 'login')).toBe('ok');
  }
});

test('a dead token in the header does not hinder a login', async () => {
  const app = await startApp();
  const { accessToken } = await app.register();
  await logOut(app, { token: accessToken });
  for (const token of [accessToken, 'garbage', '']) expect(userErrorsOf(await login(app, {}, token), 'login')).toBe('ok');
  app.clock.advance(3600);
  expect(userErrorsOf(await login(app, {}, accessToken), 'login')).toBe('ok');
});

test('a device name that is too long or has control characters is refused', async () => {
  const app = await startApp();
  await app.register();
  for (const deviceName of ['x'.repeat(201), 'a\tb']) {
    const { data } = await login(app, { deviceName });
    expect(data.login.userErrors).toMatchObject([{ code: 'DEVICE_NAME_INVALID', field: ['input', 'deviceName'] }]);
  }
  expect(userErrorsOf(await login(app, { deviceName: null }), 'login')).toBe('ok');
});
