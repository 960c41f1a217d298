/** The refresh token in a cookie, for clients that ask for it: where it appears, when it is set and cleared, and who may not use it. */
import { parseSetCookie } from 'cookie';
import { expect, test } from 'vitest';
import { EMAIL, type GraphqlAnswer, PASSWORD } from '../support/app/requests.js';
import { startApp, type TestApp } from '../support/app/start-app.js';
import { makeCommitFail } from '../support/database/failing-commit.js';
import { openStream } from '../support/sockets/event-streams.js';

const NAME = '__Host-latchkey-refresh';
const MODE = { 'latchkey-refresh-token': 'cookie' };
const TOKENS = 'accessToken refreshToken refreshExpiresAt session { id } userErrors { code }';
const LOGIN = `mutation { login(input: { email: "${EMAIL}", password: "${PASSWORD}" }) { ${TOKENS} } }`;
const REFRESH = `mutation { refreshToken { ${TOKENS} } }`;
const LOGOUT = 'mutation { logout { endedSessions userErrors { code } } }';
const FOURTEEN_DAYS = 14 * 24 * 3600;

/** The cookie that an answer sets; null if none. */
function cookieOf({ headers }: GraphqlAnswer) {
  const written = headers['set-cookie'];
  return written === undefined ? null : parseSetCookie(String(written));
}

/** A browser that stores the cookies it gets. */
async function logIn(app: TestApp, headers: Record<string, string> = MODE) {
  const answer = await app.send(LOGIN, { headers });
  const cookie = cookieOf(answer);
  return { answer, cookie, ...answer.data.login, jar: { ...headers, cookie: `theme=dark; ${cookie?.name}=${cookie?.value}` } };
}

test('a client that asks for it gets the refresh token in a cookie that no script and no other host can read [R30]', async () => {
  const app = await startApp();
  await app.register();
  const { answer, cookie } = await logIn(app);
  expect(cookie).toEqual({
    name: NAME,
    value: expect.stringMatching(/^\S{40,}$/),
    httpOnly: true,
    secure: true,
    sameSite: 'strict',
    path: '/',
    maxAge: FOURTEEN_DAYS,
  });
  expect(answer.data.login).toMatchObject({ accessToken: expect.any(String), refreshToken: null, userErrors: [] });
  expect(answer.text).not.toContain(cookie?.value);
});

test.each(['Cookie', 'true', '', 'cookie, cookie'])(
  'the value %j of the header is refused before anything is done [R30]',
  async (value) => {
    const app = await startApp();
    const { accessToken } = await app.register();
    const { status, text, data, errors } = await app.send(LOGIN, { headers: { 'latchkey-refresh-token': value } });
    expect([status, data, errors?.[0]?.extensions]).toEqual([400, undefined, { code: 'BAD_REQUEST' }]);
    expect(text).toContain('Latchkey-Refresh-Token');
    expect((await app.send('{ sessions { id } }', { token: accessToken })).data.sessions).toHaveLength(1);
  },
);

test.for<[string, string]>([
  ['register', `mutation { register(input: { email: "eve@example.com", password: "${PASSWORD}" }) { ${TOKENS} } }`],
  [
    'changePassword',
    `mutation { changePassword(input: { currentPassword: "${PASSWORD}", newPassword: "another horse battery" }) { ${TOKENS} } }`,
  ],
])('%s hands the token over in the same way [R30]', async ([name, mutation]) => {
  const app = await startApp();
  const { accessToken: token } = await app.register();
  const answer = await app.send(mutation, { token, headers: MODE });
  expect(answer.data[name]).toMatchObject({ refreshToken: null, userErrors: [] });
  expect(cookieOf(answer)?.name).toBe(NAME);
});

test('the cookie refreshes, and is replaced by the next one [R30]', async () => {
  const app = await startApp();
  await app.register();
  const { jar, cookie, session } = await logIn(app);
  app.clock.advance(60);
  const answer = await app.send(REFRESH, { headers: jar });
  expect(answer.data.refreshToken).toMatchObject({ refreshToken: null, session: { id: session.id }, userErrors: [] });
  const next = cookieOf(answer);
  expect(next).toMatchObject({ name: NAME, maxAge: FOURTEEN_DAYS });
  expect(next?.value).not.toBe(cookie?.value);
  expect(await app.ask(answer.data.refreshToken.accessToken)).toBe('ok');
  // A use after the grace counts as theft, as with any refresh token.
  app.clock.advance(60);
  const stolen = await app.send(REFRESH, { headers: jar });
  expect(stolen.data.refreshToken.userErrors).toEqual([{ code: 'INVALID_REFRESH_TOKEN' }]);
  expect(cookieOf(stolen)).toMatchObject({ name: NAME, value: '', maxAge: 0 });
});

test('logout ends the session of the cookie, with an access token or without, and takes the cookie away [R30]', async () => {
  const app = await startApp();
  await app.register();
  for (const withToken of [true, false]) {
    const { jar, accessToken } = await logIn(app);
    const answer = await app.send(LOGOUT, { headers: jar, token: withToken ? accessToken : undefined });
    expect(answer.data.logout).toEqual({ endedSessions: 1, userErrors: [] });
    expect(cookieOf(answer)).toEqual({ name: NAME, value: '', httpOnly: true, secure: true, sameSite: 'strict', path: '/', maxAge: 0 });
    expect(await app.ask(accessToken)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
    expect((await app.send(REFRESH, { headers: jar })).data.refreshToken.userErrors).toEqual([{ code: 'INVALID_REFRESH_TOKEN' }]);
  }
});

test('a cookie that has died hinders no logout of a live session, and goes with it [R30]', async () => {
  const app = await startApp();
  await app.register();
  const { jar } = await logIn(app);
  await app.send(LOGOUT, { headers: jar });
  const { accessToken: token } = await app.login();
  const answer = await app.send(LOGOUT, { headers: jar, token });
  expect(answer.data.logout).toEqual({ endedSessions: 1, userErrors: [] });
  expect(cookieOf(answer)?.value).toBe('');
});

test('a logout of the other sessions, and one that did not happen, leave the cookie where it is [R30]', async () => {
  const commits = makeCommitFail();
  const app = await startApp();
  await app.register();
  const { jar, accessToken: token } = await logIn(app);
  const others = await app.send('mutation { logout(input: { scope: OTHERS }) { endedSessions } }', { headers: jar, token });
  expect([others.data.logout.endedSessions, cookieOf(others)]).toEqual([1, null]);
  commits.fault = 'lost';
  const failed = await app.send(LOGOUT, { headers: jar, token });
  expect([failed.errors?.[0]?.extensions.code, cookieOf(failed)]).toEqual(['LOGOUT_UNCONFIRMED', null]);
  expect((await app.send(REFRESH, { headers: jar })).data.refreshToken.userErrors).toEqual([]);
});

test('without being asked for, the cookie is neither written nor looked at [R30]', async () => {
  const app = await startApp();
  await app.register();
  const { jar, accessToken } = await logIn(app);
  const plain = await app.send(LOGIN);
  expect([typeof plain.data.login.refreshToken, cookieOf(plain)]).toEqual(['string', null]);
  const { cookie } = jar;
  const refreshed = await app.send(REFRESH, { headers: { cookie } });
  expect(refreshed.data.refreshToken.userErrors).toEqual([{ code: 'INVALID_REFRESH_TOKEN' }]);
  expect((await app.send(LOGOUT, { headers: { cookie } })).errors?.[0]?.extensions.reason).toBe('TOKEN_MISSING');
  expect(await app.ask(accessToken)).toBe('ok');
});

test('a page of another origin can make nothing of the cookie; listed ones and the server’s own can [R30]', async () => {
  const listed = 'https://app.example.com';
  const app = await startApp({ settings: { CORS_ORIGINS: listed } });
  await app.register();
  const { jar, accessToken } = await logIn(app);
  for (const origin of ['https://evil.example', 'null', 'https://app.example.com.evil.example', 'http://app.example.com']) {
    const { status, errors, headers } = await app.send(LOGOUT, { headers: { ...jar, origin } });
    expect.soft([status, errors?.[0]?.extensions.code, headers['set-cookie']], origin).toEqual([403, 'FORBIDDEN', undefined]);
  }
  expect(await app.ask(accessToken)).toBe('ok');
  for (const origin of [listed, 'https://login.example.com']) {
    const { status } = await app.send(REFRESH, { headers: { ...jar, origin, host: 'login.example.com' } });
    expect.soft(status, origin).toBe(200);
  }
});

test('a page of http://localhost gets a cookie that every browser keeps there [R30]', async () => {
  const origin = 'http://localhost:5173';
  const app = await startApp({ settings: { CORS_ORIGINS: origin } });
  await app.register();
  const { cookie, jar } = await logIn(app, { ...MODE, origin });
  expect(cookie).toEqual({
    name: 'latchkey-refresh',
    value: cookie?.value,
    httpOnly: true,
    sameSite: 'strict',
    path: '/',
    maxAge: FOURTEEN_DAYS,
  });
  expect((await app.send(REFRESH, { headers: jar })).data.refreshToken.userErrors).toEqual([]);
});

test('a logout ends the session of the cookie also when its input names another one [R30]', async () => {
  const app = await startApp();
  const other = await app.register();
  const { jar, accessToken } = await logIn(app);
  const query = 'mutation ($t: String) { logout(input: { refreshToken: $t }) { endedSessions } }';
  const answer = await app.send(query, { headers: jar, variables: { t: other.refreshToken } });
  expect([answer.data.logout.endedSessions, cookieOf(answer)?.value]).toEqual([2, '']);
  for (const token of [accessToken, other.accessToken]) expect(await app.ask(token)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
});

test('an operation sees the cookie as those before it in the request have left it, and an answer writes it once [R30]', async () => {
  const app = await startApp();
  app.app.server.addHook('preHandler', async (_request, reply) => void reply.header('set-cookie', 'theme=dark'));
  await app.register();
  const both =
    'login: login(input: { email: "ada@example.com", password: "correct horse battery" }) { accessToken } logout { endedSessions }';
  const { data, headers } = await app.send(`mutation { ${both} }`, { headers: MODE });
  expect(data.logout).toEqual({ endedSessions: 1 });
  expect(await app.ask(data.login.accessToken)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
  expect(headers['set-cookie']).toEqual(['theme=dark', expect.stringMatching(`^${NAME}=; Max-Age=0;`)]);
});

test('an event stream, which can write no cookie, runs no mutation for who asks for one [R30]', async () => {
  const app = await startApp();
  const address = await app.app.listen();
  const { accessToken } = await app.register();
  const refused = await openStream(address, LOGOUT, accessToken, MODE);
  expect([refused.status, JSON.parse(await refused.ended).errors[0].extensions]).toEqual([400, { code: 'BAD_REQUEST' }]);
  expect(await app.ask(accessToken)).toBe('ok');
  expect(await (await openStream(address, '{ me { email } }', accessToken, MODE)).ended).toContain(EMAIL);
});
