/** The Sandbox that Apollo hosts: on a fresh start it may call the server without cookies; otherwise the log says what it needs. */
import { describe, expect, test } from 'vitest';
import { collectLog } from '../support/app/collected-log.js';
import { EMAIL, PASSWORD } from '../support/app/requests.js';
import { startApp, type TestApp } from '../support/app/start-app.js';

const HOSTED = 'https://studio.apollographql.com';
const LOGIN = `mutation { login(input: { email: "${EMAIL}", password: "${PASSWORD}" }) { accessToken refreshToken } }`;

const corsHeadersOf = (headers: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('access-control-')));

const preflight = ({ app }: TestApp, { origin = HOSTED, url = '/graphql', asked = 'Authorization, content-type, x-my-own' } = {}) =>
  app.server.inject({
    method: 'OPTIONS',
    url,
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': asked },
  });

test('on a fresh start a preflight allows the headers that a user may type, without cookies and never with cookie mode', async () => {
  const app = await startApp();
  const { statusCode, headers, payload } = await preflight(app, {
    asked: 'authorization,content-type,x-my-own,latchkey-refresh-token,b ad',
  });
  expect([statusCode, payload]).toEqual([204, '']);
  expect(corsHeadersOf(headers)).toEqual({
    'access-control-allow-origin': HOSTED,
    'access-control-expose-headers': 'x-request-id',
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': 'authorization, content-type, x-my-own',
    'access-control-max-age': '600',
  });
  expect(String(headers.vary).toLowerCase()).toContain('origin');
});

test('its requests and refusals can be read by it, and cookie mode is refused [R30]', async () => {
  const app = await startApp();
  await app.register();
  const { data, headers } = await app.send(LOGIN, { headers: { origin: HOSTED } });
  expect(data.login).toMatchObject({ accessToken: expect.any(String), refreshToken: expect.any(String) });
  expect(headers).toMatchObject({ 'access-control-allow-origin': HOSTED, 'cache-control': 'no-store' });
  expect(headers).not.toHaveProperty('access-control-allow-credentials');
  const refused = await app.send(LOGIN, { headers: { origin: HOSTED, 'latchkey-refresh-token': 'cookie' } });
  expect([refused.status, refused.errors?.[0]?.extensions.code, refused.headers['set-cookie']]).toEqual([403, 'FORBIDDEN', undefined]);
});

test('it reads event streams, which use no cookie', async () => {
  const app = await startApp();
  const { accessToken } = await app.register();
  const stream = (origin: string) =>
    app.app.server.inject({
      method: 'POST',
      url: '/graphql',
      headers: { accept: 'text/event-stream', 'content-type': 'application/json', authorization: `Bearer ${accessToken}`, origin },
      payload: { query: '{ me { email } }' },
    });
  const { statusCode, headers, payload } = await stream(HOSTED);
  expect([statusCode, headers['access-control-allow-origin'], payload.includes(EMAIL)]).toEqual([200, HOSTED, true]);
  expect((await stream('https://evil.example')).statusCode).toBe(403);
});

test('only /graphql is open to it', async () => {
  const app = await startApp();
  for (const url of ['/graphiql/sandbox', '/account', '/.well-known/jwks.json', '/metrics', '/graphqlx', '/graphql/x']) {
    expect.soft(corsHeadersOf((await preflight(app, { url })).headers), url).toEqual({});
  }
  expect((await preflight(app, { url: '/graphql?a=b' })).statusCode).toBe(204);
});

describe('where others can reach the server, the operator decides', () => {
  const refusedWith: Record<string, string>[] = [
    { HOST: '0.0.0.0' },
    { HOST: '192.168.1.7' },
    { HOST: '127.0.0.1.example.com' },
    { TRUST_PROXY: '1' },
    { EXPLORER: 'off' },
    { INTROSPECTION: 'off' },
    { EXPLORER: 'sandbox', INTROSPECTION: 'off' },
    { HOST: '0.0.0.0', CORS_ORIGINS: 'https://app.example.com' },
  ];
  test.each(refusedWith)('%j refuses it, and the log says once which setting it needs', async (settings) => {
    const { log, lines } = collectLog();
    const app = await startApp({ settings, log });
    for (let time = 0; time < 2; time += 1) {
      const { statusCode, headers } = await preflight(app);
      expect([statusCode, corsHeadersOf(headers)]).toEqual([404, {}]);
      expect(corsHeadersOf((await app.send('{ __typename }', { headers: { origin: HOSTED } })).headers)).toEqual({});
    }
    const told = lines.map(({ msg }) => String(msg)).filter((message) => message.includes('Sandbox'));
    expect(told).toEqual([expect.stringMatching(/set EXPLORER=sandbox .*INTROSPECTION=on/)]);
  });

  const admittedWith: Record<string, string>[] = [
    { HOST: 'localhost' },
    { HOST: '::1' },
    { HOST: '0.0.0.0', EXPLORER: 'sandbox' },
    { TRUST_PROXY: '1', EXPLORER: 'sandbox' },
    { CORS_ORIGINS: 'https://app.example.com' },
  ];
  test.each(admittedWith)('%j admits it, without cookies', async (settings) => {
    const { log, text } = collectLog();
    const { statusCode, headers } = await preflight(await startApp({ settings, log }));
    expect([statusCode, headers['access-control-allow-origin']]).toEqual([204, HOSTED]);
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
    expect(text()).not.toContain('Sandbox');
  });

  test('CORS_ORIGINS that names it gives it what a listed origin gets', async () => {
    const { statusCode, headers } = await preflight(await startApp({ settings: { CORS_ORIGINS: HOSTED, EXPLORER: 'off' } }));
    expect([statusCode, headers['access-control-allow-credentials']]).toEqual([204, 'true']);
  });
});

test.each(['graphiql', 'sandbox', 'off'])(
  'EXPLORER=%s: a page without an origin of its own, or of another one of Apollo, is told nothing',
  async (EXPLORER) => {
    const app = await startApp({ settings: { EXPLORER } });
    const others = ['null', 'https://sandbox.embed.apollographql.com', 'http://studio.apollographql.com', `${HOSTED}.evil.example`];
    for (const origin of others) {
      const { statusCode, headers } = await preflight(app, { origin });
      expect.soft([statusCode, corsHeadersOf(headers)], origin).toEqual([404, {}]);
      const { status } = await app.send(LOGIN, { headers: { origin, 'latchkey-refresh-token': 'cookie' } });
      expect.soft(status, origin).toBe(403);
    }
  },
);
