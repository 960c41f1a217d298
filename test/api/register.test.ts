/** `register`: its answer and its refusals. */
import { expect, test } from 'vitest';
import { EMAIL, PASSWORD } from '../support/app/requests.js';
import { startApp, type TestApp } from '../support/app/start-app.js';
import { makeDriverYield } from '../support/database/yielding-driver.js';
import { mutate, userErrorsOf } from '../support/mutations/mutations.js';

const USER = 'user { id email name roles createdAt disabledAt }';
const SESSION =
  'session { id current deviceName userAgent ipAddress createdAt lastUsedAt idleExpiresAt expiresAt endedAt } userErrors { code }';

const register = (app: TestApp, input: object, selection = 'accessToken userErrors { code message field }') =>
  mutate(app, 'register', { email: EMAIL, password: PASSWORD, ...input }, selection);

/** The code and the field of every error, in order. */
async function faultsOf(app: TestApp, input: object): Promise<string[]> {
  const { data } = await register(app, input);
  expect(data.register.accessToken === null).toBe(data.register.userErrors.length > 0);
  return data.register.userErrors.map(({ code, field }: { code: string; field: string[] }) => `${code} ${field.join('.')}`);
}

test('a registration answers the user, a session and its tokens', async () => {
  const app = await startApp();
  const input = { name: 'Ada', deviceName: 'Work laptop' };
  const { data } = await register(app, input, `accessToken expiresAt refreshToken refreshExpiresAt ${USER} ${SESSION}`);
  const { accessToken, refreshToken, user, session, ...rest } = data.register;
  expect(rest).toEqual({ expiresAt: '2030-01-01T12:15:00.000Z', refreshExpiresAt: '2030-01-15T12:00:00.000Z', userErrors: [] });
  const now = '2030-01-01T12:00:00.000Z';
  expect(user).toEqual({ id: user.id, email: EMAIL, name: 'Ada', roles: [], createdAt: now, disabledAt: null });
  expect(session).toEqual({
    id: session.id,
    current: true,
    deviceName: 'Work laptop',
    userAgent: 'lightMyRequest',
    ipAddress: '127.0.0.1',
    createdAt: now,
    lastUsedAt: now,
    idleExpiresAt: '2030-01-15T12:00:00.000Z',
    expiresAt: '2030-01-31T12:00:00.000Z',
    endedAt: null,
  });
  expect(refreshToken).toMatch(/^lkr_[\w-]{65}$/);
  expect(await app.ask(accessToken)).toBe('ok');
});

test('an email address is kept as it was typed, and its domain in lower case', async () => {
  const app = await startApp();
  const { data } = await register(app, { email: 'Ada.Lovelace@Example.com' }, 'user { email } userErrors { code }');
  expect(data.register).toEqual({ user: { email: 'Ada.Lovelace@example.com' }, userErrors: [] });
});

test('a second registration with an email that looks the same is refused as EMAIL_TAKEN', async () => {
  const app = await startApp();
  await app.register('finn@example.com');
  for (const email of ['finn@example.com', 'FINN@example.COM', '\ufb01nn@example.com', 'ﬁＮn@example.com']) {
    expect(await faultsOf(app, { email })).toEqual(['EMAIL_TAKEN input.email']);
  }
  expect(await faultsOf(app, { email: 'fin@example.com' })).toEqual([]);
});

test('of two registrations with one email at once, one is answered and the other is refused', async () => {
  makeDriverYield();
  const app = await startApp();
  const emails = ['ada@example.com', 'ADA@example.com', 'ada@EXAMPLE.com', 'Ada@example.com'];
  const answers = await Promise.all(emails.map((email) => faultsOf(app, { email })));
  const taken = answers.filter((faults) => faults.join() === 'EMAIL_TAKEN input.email');
  expect([taken.length, answers.filter((faults) => faults.length === 0).length]).toEqual([3, 1]);
});

test.each([
  ['without an at sign', 'ada.example.com'],
  ['empty', ''],
  ['without a domain', 'ada@'],
  ['with a space', 'ada lovelace@example.com'],
  ['with a NUL', 'ada\0@example.com'],
  ['two at once', 'ada@example.com,eve@example.com'],
  ['255 characters long', `ada@${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.example`],
  ['10 KB long', `${'a'.repeat(10_000)}@example.com`],
])('an email that is %s is refused as EMAIL_INVALID', async (_, email) => {
  expect(await faultsOf(await startApp(), { email })).toEqual(['EMAIL_INVALID input.email']);
});

test('a password has 8 to 256 characters, counted as people count them', async () => {
  const app = await startApp();
  const faultOf = (email: string, password: string) => faultsOf(app, { email, password });
  expect(await faultOf('a@example.com', 'kx7 qpw')).toEqual(['PASSWORD_TOO_SHORT input.password']);
  expect(await faultOf('a@example.com', '🦄'.repeat(7))).toEqual(['PASSWORD_TOO_SHORT input.password']);
  expect(await faultOf('a@example.com', 'x'.repeat(257))).toEqual(['PASSWORD_TOO_LONG input.password']);
  expect(await faultOf('a@example.com', '🦄'.repeat(257))).toEqual(['PASSWORD_TOO_LONG input.password']);
  expect(await faultOf('b@example.com', 'kx7 qpwz')).toEqual([]);
  expect(await faultOf('c@example.com', '🦄🐉🐎🦖🐢🐍🦎🐊')).toEqual([]);
  expect(await faultOf('d@example.com', 'kx7 qpwz'.repeat(32))).toEqual([]);
  expect(await faultOf('e@example.com', '🦄🐉🐎🦖🐢🐍🦎🐊'.repeat(32))).toEqual([]);
});

test('a common password is refused, whatever its case', async () => {
  const app = await startApp();
  for (const password of ['password', 'PassWord', '12345678', 'qwertyuiop']) {
    expect(await faultsOf(app, { password })).toEqual(['PASSWORD_TOO_COMMON input.password']);
  }
});

test('a password with half a surrogate pair is refused: it has no bytes of its own', async () => {
  expect(await faultsOf(await startApp(), { password: 'long enough \ud800' })).toEqual(['PASSWORD_INVALID input.password']);
});

test('a name and a device name have at most 200 characters and no control characters', async () => {
  const app = await startApp();
  for (const bad of ['x'.repeat(201), 'Ada\nLovelace', 'Ada\0', 'Ada\u2028', 'Ada\ud800']) {
    expect(await faultsOf(app, { name: bad })).toEqual(['NAME_INVALID input.name']);
    expect(await faultsOf(app, { deviceName: bad })).toEqual(['DEVICE_NAME_INVALID input.deviceName']);
  }
  expect(await faultsOf(app, { name: 'x'.repeat(200), deviceName: 'é'.repeat(200) })).toEqual([]);
});

test('all faults of a registration are reported together, and nothing is made', async () => {
  const app = await startApp();
  expect(await faultsOf(app, { email: 'ada', password: 'short', name: '\n' })).toEqual([
    'EMAIL_INVALID input.email',
    'PASSWORD_TOO_SHORT input.password',
    'NAME_INVALID input.name',
  ]);
  await faultsOf(app, { password: 'short' });
  expect(await app.app.administration.listUsers()).toEqual({ kind: 'done', result: [] });
});

test('with REGISTRATION=closed nobody registers, and an operator still makes users', async () => {
  const app = await startApp({ settings: { REGISTRATION: 'closed' } });
  expect(userErrorsOf(await register(app, {}), 'register')).toBe('REGISTRATION_CLOSED');
  expect(await app.app.administration.listUsers()).toEqual({ kind: 'done', result: [] });
  await app.app.administration.createUser({ email: EMAIL, password: PASSWORD });
  expect(await app.ask((await app.login()).accessToken)).toBe('ok');
});
