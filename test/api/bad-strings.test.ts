/** Every text that a client can send, filled with characters that it must not contain. */
import { expect, test } from 'vitest';
import { EMAIL, PASSWORD } from '../support/app/requests.js';
import { startApp } from '../support/app/start-app.js';

const NUL = '\u0000';
const LONE = '\ud800';
const BAD_TEXTS = { NUL, 'NUL within': `a${NUL}b@example.com`, 'a high surrogate': LONE, 'a low surrogate': `a\udc00@example.com` };

const OPERATIONS = {
  register: 'mutation($input: RegisterInput!) { result: register(input: $input) { accessToken userErrors { code field } } }',
  login: 'mutation($input: LoginInput!) { result: login(input: $input) { accessToken userErrors { code field } } }',
  refreshToken: 'mutation($input: RefreshTokenInput!) { result: refreshToken(input: $input) { accessToken userErrors { code field } } }',
  logout: 'mutation($input: LogoutInput!) { result: logout(input: $input) { loggedOutAt userErrors { code field } } }',
  revokeSession:
    'mutation($input: RevokeSessionInput!) { result: revokeSession(input: $input) { session { id } userErrors { code field } } }',
};

const NEW_USER = { email: 'new@example.com', password: PASSWORD };
const KNOWN = { email: EMAIL, password: PASSWORD };

/** The operation, the field with the bad text, the values of the other fields, and the expected answer. */
const PLACES: [keyof typeof OPERATIONS, string, object, string][] = [
  ['register', 'email', NEW_USER, 'EMAIL_INVALID'],
  ['register', 'name', NEW_USER, 'NAME_INVALID'],
  ['register', 'deviceName', NEW_USER, 'DEVICE_NAME_INVALID'],
  ['login', 'email', KNOWN, 'INVALID_CREDENTIALS'],
  ['login', 'password', KNOWN, 'INVALID_CREDENTIALS'],
  ['login', 'deviceName', KNOWN, 'DEVICE_NAME_INVALID'],
  ['refreshToken', 'refreshToken', {}, 'INVALID_REFRESH_TOKEN'],
  ['logout', 'refreshToken', {}, 'INVALID_REFRESH_TOKEN'],
  ['revokeSession', 'sessionId', {}, 'NOT_FOUND'],
];

test('NUL and lone surrogates in any text are what the user got wrong, not what broke the server', async () => {
  const { register, send, ask } = await startApp();
  const { accessToken } = await register();
  for (const [operation, field, others, code] of PLACES) {
    for (const [what, text] of Object.entries(BAD_TEXTS)) {
      const token = operation === 'revokeSession' ? accessToken : undefined;
      const { status, data, errors } = await send(OPERATIONS[operation], { variables: { input: { ...others, [field]: text } }, token });
      const where = `${operation}.${field} with ${what}`;
      expect.soft({ status, errors }, where).toEqual({ status: 200, errors: undefined });
      const [error, ...more] = data.result.userErrors;
      expect.soft([error?.code, more], where).toEqual([code, []]);
      expect.soft(error?.field ?? ['input', field], where).toEqual(['input', field]);
    }
  }
  expect(await ask(accessToken)).toBe('ok');
});

test('a password may hold NUL and any Unicode text, and is compared to the last character', async () => {
  const { send } = await startApp();
  const password = `correct${NUL}horse \u{1f40e} é`;
  const { data } = await send(OPERATIONS.register, { variables: { input: { email: EMAIL, password } } });
  expect(data.result.userErrors).toEqual([]);
  const login = async (attempt: string) => {
    const answer = await send(OPERATIONS.login, { variables: { input: { email: EMAIL, password: attempt } } });
    return answer.data.result.userErrors.map(({ code }: { code: string }) => code);
  };
  expect(await login(password)).toEqual([]);
  for (const other of [`correct${NUL}other`, 'correct', `correct${NUL}horse \u{1f40e} e`, `${password} `, password.toUpperCase()]) {
    expect.soft(await login(other)).toEqual(['INVALID_CREDENTIALS']);
  }
});

test('a password that is no Unicode text can’t be chosen', async () => {
  const { send } = await startApp();
  const { data } = await send(OPERATIONS.register, { variables: { input: { email: EMAIL, password: `correct horse ${LONE}` } } });
  expect(data.result.userErrors).toEqual([{ code: 'PASSWORD_INVALID', field: ['input', 'password'] }]);
});

test('the same texts written into the document are refused by the parser or by the rules', async () => {
  const { register, send } = await startApp();
  const { accessToken: token } = await register();
  const revoke = (literal: string) => `mutation { revokeSession(input: { sessionId: ${literal} }) { userErrors { code } } }`;
  for (const literal of ['"\\uD800"', '"\\u{D800}"', '"\\uDC00"', `"${LONE}"`, '"\\u{110000}"', '"\n"']) {
    const { status, errors } = await send(revoke(literal), { token });
    expect.soft([status, errors?.[0]?.extensions], literal).toEqual([400, { code: 'GRAPHQL_PARSE_FAILED' }]);
  }
  for (const literal of ['"\\u0000"', `"${NUL}"`, '"""\n"""', '"\\u{1F40E}"', '12', '""']) {
    const { data } = await send(revoke(literal), { token });
    expect.soft(data, literal).toEqual({ revokeSession: { userErrors: [{ code: 'NOT_FOUND' }] } });
  }
});

test('texts that are far too long get the same answers as wrong ones', async () => {
  const { register, send } = await startApp();
  const { accessToken: token } = await register();
  const long = 'x'.repeat(10_000);
  const cases: [keyof typeof OPERATIONS, object, string][] = [
    ['register', { ...NEW_USER, email: `${long}@example.com` }, 'EMAIL_INVALID'],
    ['register', { ...NEW_USER, email: `a@${'x.'.repeat(5_000)}com` }, 'EMAIL_INVALID'],
    ['register', { ...NEW_USER, password: 'x'.repeat(90_000) }, 'PASSWORD_TOO_LONG'],
    ['register', { ...NEW_USER, name: long }, 'NAME_INVALID'],
    ['register', { ...NEW_USER, deviceName: long }, 'DEVICE_NAME_INVALID'],
    ['login', { ...KNOWN, email: `${long}@example.com` }, 'INVALID_CREDENTIALS'],
    ['refreshToken', { refreshToken: `lkr_${long}` }, 'INVALID_REFRESH_TOKEN'],
    ['revokeSession', { sessionId: long }, 'NOT_FOUND'],
  ];
  for (const [operation, input, code] of cases) {
    const { data, errors } = await send(OPERATIONS[operation], { variables: { input }, token });
    expect.soft(errors, operation).toBeUndefined();
    expect.soft(data.result.userErrors[0]?.code, operation).toBe(code);
  }
});

test('someone else’s session is as unknown as one that never was, to the letter [R14]', async () => {
  const { register, send, ask } = await startApp();
  const ada = await register('ada@example.com');
  const eve = await register('eve@example.com');
  const answerTo = async (sessionId: string) => {
    const { text } = await send(OPERATIONS.revokeSession, { variables: { input: { sessionId } }, token: eve.accessToken });
    return text;
  };
  const unknown = await answerTo('A'.repeat(22));
  expect(unknown).toContain('"NOT_FOUND"');
  for (const id of [ada.sid, ada.sid.toLowerCase(), `${ada.sid} `, '', '*', '%', "' OR 1=1 --", '../../data', '__proto__']) {
    expect.soft(await answerTo(id), id).toBe(unknown);
  }
  expect(await ask(ada.accessToken)).toBe('ok');
  expect(await ask(eve.accessToken)).toBe('ok');
});
