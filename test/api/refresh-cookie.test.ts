/** The refresh token in a cookie, for clients that ask for it: where it appears, when it is set and cleared, and who may not use it. */
import { parseSetCookie } from 'cookie';
import { expect, test } from 'vitest';
import { collectLog } from '../support/app/collected-log.js';
import { EMAIL, type GraphqlAnswer, PASSWORD } from '../support/app/requests.js';
import { startApp, type TestApp } from '../support/app/start-app.js';
import { makeCommitFail } from '../support/database/failing-commit.js';
import { openStream } from '../support/sockets/event-streams.js';

/** The end of the name belongs to the database. */
const NAME = expect.stringMatching(/^__Host-latchkey-refresh-[0-9a-f]{8}$/);
const OLDER_NAME = '__Host-latchkey-refresh';
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
  expect(cookieOf(answer)?.name).toEqual(NAME);
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
    name: expect.stringMatching(/^latchkey-refresh-[0-9a-f]{8}$/),
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
  expect(headers['set-cookie']).toEqual(['theme=dark', expect.stringMatching(`^${OLDER_NAME}-[0-9a-f]{8}=; Max-Age=0;`)]);
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

test('of two servers on one host each has its own cookie: neither reads, replaces nor removes that of the other [R30]', async () => {
  const [one, other] = [await startApp(), await startApp()];
  for (const app of [one, other]) await app.register();
  const first = await logIn(one);
  // A reload of a page of the other server, where nobody has logged in.
  const stranger = await other.send(REFRESH, { headers: first.jar });
  expect(stranger.data.refreshToken.userErrors).toEqual([{ code: 'INVALID_REFRESH_TOKEN' }]);
  expect(String(stranger.headers['set-cookie'])).not.toContain(String(first.cookie?.name));
  const second = await logIn(other);
  expect(second.cookie?.name).not.toBe(first.cookie?.name);
  const cookie = `${first.cookie?.name}=${first.cookie?.value}; ${second.cookie?.name}=${second.cookie?.value}`;
  for (const [app, { session }] of [[one, first] as const, [other, second] as const]) {
    const { data } = await app.send(REFRESH, { headers: { ...MODE, cookie } });
    expect(data.refreshToken).toMatchObject({ session: { id: session.id }, userErrors: [] });
  }
  const answer = await other.send(LOGOUT, { headers: { ...MODE, cookie } });
  expect(cookieOf(answer)?.name).toBe(second.cookie?.name);
  expect(await one.ask(first.accessToken)).toBe('ok');
});

test('the cookies of many databases that are gone do not pile up [R30]', async () => {
  const app = await startApp();
  await app.register();
  const old = Array.from({ length: 25 }, (_, index) => `${OLDER_NAME}-${index}=lkr_x`).join('; ');
  const { headers } = await app.send(LOGIN, { headers: { ...MODE, cookie: old } });
  const written = (headers['set-cookie'] as string[]).map((each) => parseSetCookie(each));
  expect(written.slice(0, -1).map(({ name, maxAge }) => [name, maxAge])).toEqual(
    [0, 1, 2, 3, 4].map((index) => [`${OLDER_NAME}-${index}`, 0]),
  );
  expect(written.at(-1)?.name).toEqual(NAME);
});

test('a login from a page of plain http, whose cookie the browser drops, is warned of once [R30]', async () => {
  const { log, lines } = collectLog();
  const app = await startApp({ log });
  await app.register();
  const warnings = () => lines.filter(({ msg }) => String(msg).includes('browsers drop its cookie'));
  for (const host of ['localhost:4000', 'app.localhost:4000', '127.0.0.2', '[::1]:4000']) {
    const { cookie } = await logIn(app, { ...MODE, origin: `http://${host}`, host });
    expect([cookie?.name?.startsWith('latchkey-refresh-'), cookie?.secure], host).toEqual([true, undefined]);
  }
  await logIn(app, { ...MODE, origin: 'https://nas.lan', host: 'nas.lan' });
  expect(warnings()).toEqual([]);
  for (let turn = 0; turn < 2; turn += 1) await logIn(app, { ...MODE, origin: 'http://nas.lan:4000', host: 'nas.lan:4000' });
  expect(warnings()).toEqual([expect.objectContaining({ origin: 'http://nas.lan:4000' })]);
});

test('a cookie of the same begin without the id of this database is neither read nor removed [R30]', async () => {
  const app = await startApp();
  await app.register();
  const { refreshToken } = await app.login();
  const headers = { 'latchkey-refresh-token': 'cookie', cookie: `__Host-latchkey-refresh=${refreshToken}` };
  const refused = await app.send(REFRESH, { headers });
  expect(refused.data.refreshToken.userErrors).toEqual([{ code: 'INVALID_REFRESH_TOKEN' }]);
  expect(String(refused.headers['set-cookie'])).not.toContain('__Host-latchkey-refresh=');
  expect((await app.refresh(refreshToken)).codes).toEqual([]);
});
