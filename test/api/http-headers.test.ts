/** The headers of every answer, and the client addresses that a proxy forwards. */
import { expect, test } from 'vitest';
import { startApp, type TestApp } from '../support/app/start-app.js';

const STRICT = {
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

test('every answer carries the security headers, is kept by no cache, and tells nothing of what made it', async () => {
  const { app, register, send } = await startApp();
  const { accessToken: token } = await register();
  const answers = [
    await send('{ me { id } }', { token }),
    await send('{ me { id } }'),
    await send('{'),
    await app.server.inject('/graphql'),
    await app.server.inject({ method: 'PUT', url: '/graphql' }),
    await app.server.inject('/elsewhere'),
    await app.server.inject('/livez'),
    await app.server.inject('/readyz'),
    await app.metrics.inject('/metrics'),
  ];
  for (const { headers } of answers) {
    expect.soft(headers).toMatchObject({ ...STRICT, 'cache-control': 'no-store' });
    expect.soft(headers['x-request-id']).toMatch(/^[\w-]{12}$/);
    expect.soft(Object.keys(headers)).not.toEqual(expect.arrayContaining(['x-powered-by']));
    expect.soft(headers.server).toBeUndefined();
    expect.soft(headers['set-cookie']).toBeUndefined();
  }
});

test('not even an own plugin can have an answer with a token in it kept by a cache', async () => {
  const plugin = {
    requestDidStart: async () => ({
      willSendResponse: async ({ response }: { response: { http: { headers: Map<string, string> } } }) => {
        response.http.headers.set('cache-control', 'public, max-age=60');
      },
    }),
  };
  const { send } = await startApp({ plugins: [plugin] });
  expect((await send('{ __typename }')).headers['cache-control']).toBe('no-store');
});

let emails = 0;

const addressOf = async ({ app }: TestApp, headers: Record<string, string>, remoteAddress: string) => {
  const inject = async (query: string, more: object = {}) =>
    (
      await app.server.inject({
        method: 'POST',
        url: '/graphql',
        remoteAddress,
        headers: { 'content-type': 'application/json', ...headers, ...more },
        payload: JSON.stringify({ query }),
      })
    ).json().data;
  emails += 1;
  const email = `user${emails}@example.com`;
  const { register } = await inject(
    `mutation { register(input: { email: "${email}", password: "correct horse battery" }) { accessToken session { ipAddress } } }`,
  );
  const { session } = await inject('{ session { ipAddress } }', { authorization: `Bearer ${register.accessToken}` });
  expect(session).toEqual(register.session);
  return session.ipAddress;
};

const FORGED = { 'x-forwarded-for': '203.0.113.9, 198.51.100.7' };

test('TRUST_PROXY=off: the address is that of the socket, whatever a header says', async () => {
  const app = await startApp();
  expect(await addressOf(app, FORGED, '192.0.2.1')).toBe('192.0.2.1');
  expect(await addressOf(app, { forwarded: 'for=203.0.113.9', 'x-real-ip': '203.0.113.9' }, '192.0.2.1')).toBe('192.0.2.1');
});

test('TRUST_PROXY=1: one address is believed, that which the nearest proxy wrote', async () => {
  const app = await startApp({ settings: { TRUST_PROXY: '1' } });
  expect(await addressOf(app, FORGED, '192.0.2.1')).toBe('198.51.100.7');
  expect(await addressOf(app, {}, '192.0.2.1')).toBe('192.0.2.1');
});

test('TRUST_PROXY=2: two addresses are believed', async () => {
  const app = await startApp({ settings: { TRUST_PROXY: '2' } });
  expect(await addressOf(app, { 'x-forwarded-for': '1.1.1.1, 203.0.113.9, 198.51.100.7' }, '192.0.2.1')).toBe('203.0.113.9');
});

test('TRUST_PROXY with addresses: only these are believed', async () => {
  const app = await startApp({ settings: { TRUST_PROXY: '192.0.2.0/24' } });
  expect(await addressOf(app, FORGED, '192.0.2.1')).toBe('198.51.100.7');
  expect(await addressOf(app, FORGED, '198.18.0.1')).toBe('198.18.0.1');
});

test.each([
  ['kilobytes', 'x'.repeat(5_000)],
  ['codes for a terminal', '\u009b31m'],
  ['a name', 'localhost'],
])('TRUST_PROXY=on: %s in the place of an address are not kept', async (_, text) => {
  const app = await startApp({ settings: { TRUST_PROXY: 'on' } });
  expect(await addressOf(app, { 'x-forwarded-for': text }, '192.0.2.1')).toBeNull();
  expect(await addressOf(app, { 'x-forwarded-for': '2001:db8::1' }, '192.0.2.1')).toBe('2001:db8::1');
});
