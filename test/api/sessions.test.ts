/** What users see of themselves and of their sessions: `me`, `session`, `sessions`. */
import { expect, test } from 'vitest';
import { EMAIL, PASSWORD } from '../support/app/requests.js';
import { startApp, type TestApp } from '../support/app/start-app.js';
import { logOut, mutate } from '../support/mutations/mutations.js';

async function listedIds(app: TestApp, token: string): Promise<string[]> {
  const { data } = await app.send('{ sessions { id } }', { token });
  return data.sessions.map(({ id }: { id: string }) => id);
}

test('me answers the caller', async () => {
  const app = await startApp();
  await app.register('eve@example.com');
  const { accessToken } = await app.register();
  const { data } = await app.send('{ me { email name roles createdAt disabledAt } }', { token: accessToken });
  expect(data.me).toEqual({ email: EMAIL, name: null, roles: [], createdAt: '2030-01-01T12:00:00.000Z', disabledAt: null });
});

test.each(['me { id }', 'session { id }', 'sessions { id }'])('%s is for callers who are logged in', async (field) => {
  const app = await startApp();
  const { data, errors, status } = await app.send(`{ ${field} }`);
  expect([status, Object.values(data)]).toEqual([200, [null]]);
  expect(errors?.[0]?.extensions).toEqual({ code: 'UNAUTHENTICATED', reason: 'TOKEN_MISSING' });
});

test('the sessions are listed newest use first, and the caller’s is marked', async () => {
  const app = await startApp();
  const first = await app.register();
  app.clock.advance(60);
  const second = await app.login(EMAIL, 'Phone');
  app.clock.advance(60);
  const third = await app.login(EMAIL, 'Tablet');
  app.clock.advance(60);
  await app.refresh(second.refreshToken);
  await app.register('eve@example.com');
  const { data } = await app.send('{ session { id current } sessions { id current deviceName createdAt lastUsedAt } }', {
    token: third.accessToken,
  });
  expect(data.session).toEqual({ id: third.sid, current: true });
  const at = (minute: number) => `2030-01-01T12:0${minute}:00.000Z`;
  expect(data.sessions).toEqual([
    { id: second.sid, current: false, deviceName: 'Phone', createdAt: at(1), lastUsedAt: at(3) },
    { id: third.sid, current: true, deviceName: 'Tablet', createdAt: at(2), lastUsedAt: at(2) },
    { id: first.sid, current: false, deviceName: null, createdAt: at(0), lastUsedAt: at(0) },
  ]);
});

test('lastUsedAt moves at login and refresh only', async () => {
  const app = await startApp();
  const { accessToken } = await app.register();
  app.clock.advance(300);
  await app.ask(accessToken);
  const { data } = await app.send('{ session { lastUsedAt } }', { token: accessToken });
  expect(data.session.lastUsedAt).toBe('2030-01-01T12:00:00.000Z');
});

test('a session remembers the User-Agent and the address of its login, made to fit', async () => {
  const app = await startApp({ settings: { TRUST_PROXY: 'on' } });
  const query = `mutation { register(input: { email: "${EMAIL}", password: "${PASSWORD}" }) { session { userAgent ipAddress } } }`;
  const headers = { 'user-agent': `Browser/1.0 ${'x'.repeat(600)}`, 'x-forwarded-for': '203.0.113.7' };
  const { data } = await app.send(query, { headers });
  expect(data.register.session.userAgent).toBe(`Browser/1.0 ${'x'.repeat(500)}`);
  expect(data.register.session.ipAddress).toBe('203.0.113.7');
});

test('without a trusted proxy, what a client says of its address is not believed', async () => {
  const app = await startApp();
  const query = `mutation { register(input: { email: "${EMAIL}", password: "${PASSWORD}" }) { session { ipAddress } } }`;
  const { data } = await app.send(query, { headers: { 'x-forwarded-for': '203.0.113.7' } });
  expect(data.register.session.ipAddress).toBe('127.0.0.1');
});

test('ended and expired sessions are not listed', async () => {
  const app = await startApp();
  const first = await app.register();
  const second = await app.login();
  const third = await app.login();
  await logOut(app, { token: second.accessToken });
  expect((await listedIds(app, first.accessToken)).sort()).toEqual([first.sid, third.sid].sort());
  app.clock.advance(14 * 86_400 - 60);
  const { tokens } = await app.refresh(third.refreshToken);
  app.clock.advance(60);
  expect(await listedIds(app, tokens?.accessToken ?? '')).toEqual([third.sid]);
});

test('a user has at most 100 sessions: one more ends the one that was used least recently', async () => {
  const app = await startApp();
  const first = await app.register();
  const second = await app.login();
  for (let count = 2; count < 100; count += 1) {
    app.clock.advance(1);
    await app.login();
  }
  expect([await app.ask(first.accessToken), await app.ask(second.accessToken)]).toEqual(['ok', 'ok']);
  app.clock.advance(1);
  await app.refresh(first.refreshToken);
  app.clock.advance(1);
  const last = await app.login();
  expect(await app.ask(second.accessToken)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
  expect((await app.refresh(second.refreshToken)).codes).toEqual(['INVALID_REFRESH_TOKEN']);
  expect([await app.ask(first.accessToken), await app.ask(last.accessToken)]).toEqual(['ok', 'ok']);
  expect(await listedIds(app, last.accessToken)).toHaveLength(100);
});

test('a login that was answered is accepted at the limit too, whatever the clock says', async () => {
  const app = await startApp();
  await app.register();
  for (let count = 1; count < 100; count += 1) await app.login();
  expect(await app.ask((await app.login()).accessToken)).toBe('ok');
  app.clock.advance(-4);
  expect(await app.ask((await app.login()).accessToken)).toBe('ok');
});

test('a payload of login shows the session that it opened as the current one', async () => {
  const app = await startApp();
  const { accessToken } = await app.register();
  const { data } = await mutate(app, 'login', { email: EMAIL, password: PASSWORD }, 'session { current }', accessToken);
  expect(data.login.session.current).toBe(true);
});
