/** Only web pages on the list may call the server; other origins get no CORS headers. */
import { expect, test } from 'vitest';
import { startApp, type TestApp } from '../support/app/start-app.js';

const LISTED = 'https://app.example.com';
const OTHERS = [
  'https://evil.example',
  'http://app.example.com',
  'https://app.example.com:8443',
  'https://app.example.com.evil.example',
  'null',
];

const corsHeadersOf = (headers: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('access-control-')));

const preflight = ({ app }: TestApp, origin: string) =>
  app.server.inject({
    method: 'OPTIONS',
    url: '/graphql',
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type' },
  });

test('a page of a listed origin may ask, with a token, and is told the request id', async () => {
  const app = await startApp({ settings: { CORS_ORIGINS: `https://other.example, ${LISTED}` } });
  const { statusCode, headers, payload } = await preflight(app, LISTED);
  expect([statusCode, payload]).toEqual([204, '']);
  expect(corsHeadersOf(headers)).toEqual({
    'access-control-allow-origin': LISTED,
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': 'authorization,content-type',
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'x-request-id',
    'access-control-max-age': '600',
  });
  const answer = await app.send('{ __typename }', { headers: { origin: LISTED } });
  expect(corsHeadersOf(answer.headers)).toEqual({
    'access-control-allow-origin': LISTED,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'x-request-id',
  });
  expect(String(answer.headers.vary).toLowerCase()).toContain('origin');
});

test.each([
  ['Apollo Client with clientAwareness', 'apollographql-client-name,apollographql-client-version,content-type'],
  ['Sentry', 'baggage,content-type,sentry-trace'],
  ['OpenTelemetry', 'content-type,traceparent,tracestate'],
  ['Datadog', 'x-datadog-origin,x-datadog-parent-id,x-datadog-sampling-priority,x-datadog-trace-id'],
  ['cookie mode', 'content-type,latchkey-refresh-token'],
])('a page of a listed origin may send the headers of %s; any other page may not', async (_, names) => {
  const app = await startApp({ settings: { CORS_ORIGINS: `${LISTED},capacitor://localhost` } });
  const ask = (origin: string) =>
    app.app.server.inject({
      method: 'OPTIONS',
      url: '/graphql',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': names },
    });
  for (const origin of [LISTED, 'capacitor://localhost']) {
    const { statusCode, headers } = await ask(origin);
    expect([statusCode, headers['access-control-allow-origin'], headers['access-control-allow-headers']]).toEqual([204, origin, names]);
    expect(String(headers.vary).toLowerCase()).toContain('access-control-request-headers');
  }
  expect(corsHeadersOf((await ask('https://evil.example')).headers)).toEqual({});
});

test('a page of any other origin is told nothing, in the preflight as in the answer', async () => {
  const app = await startApp({ settings: { CORS_ORIGINS: LISTED } });
  for (const origin of OTHERS) {
    const { statusCode, headers } = await preflight(app, origin);
    expect.soft([statusCode, corsHeadersOf(headers)], origin).toEqual([404, {}]);
    const answer = await app.send('{ __typename }', { headers: { origin } });
    expect.soft(corsHeadersOf(answer.headers), origin).toEqual({});
    expect.soft(String(answer.headers.vary).toLowerCase(), origin).toContain('origin');
  }
});

test('without a list no origin is allowed, and cookies never are', async () => {
  const app = await startApp();
  for (const origin of [LISTED, ...OTHERS]) {
    expect.soft(corsHeadersOf((await preflight(app, origin)).headers), origin).toEqual({});
    expect.soft(corsHeadersOf((await app.send('{ __typename }', { headers: { origin } })).headers), origin).toEqual({});
  }
});

test('refusals reach the page of a listed origin too, so that it can tell them apart', async () => {
  const app = await startApp({ settings: { CORS_ORIGINS: LISTED } });
  const { statusCode, headers } = await app.app.server.inject({
    method: 'POST',
    url: '/graphql',
    headers: { origin: LISTED, 'content-type': 'application/json' },
    payload: '{',
  });
  expect(statusCode).toBe(400);
  expect(headers['access-control-allow-origin']).toBe(LISTED);
});
