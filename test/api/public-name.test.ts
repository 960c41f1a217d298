/** Which pages belong to this server, under whichever name a proxy asks for it; and what the log says when one is refused. */
import { expect, test } from 'vitest';
import { collectLog } from '../support/app/collected-log.js';
import { startApp, type TestApp } from '../support/app/start-app.js';

const MODE = { 'latchkey-refresh-token': 'cookie' };
const PAGE = 'https://login.example.com';

/** The status of a request in cookie mode, which only own and listed pages may send. */
async function statusOf(app: TestApp, headers: Record<string, string>, from?: string): Promise<number> {
  return (await app.send('{ __typename }', { headers: { ...MODE, ...headers }, from })).status;
}

test.each([
  ['https://login.example.com', 'login.example.com'],
  ['https://login.example.com', 'login.example.com:443'],
  ['https://login.example.com', 'LOGIN.example.com'],
  ['http://login.example.com', 'login.example.com:80'],
  ['https://login.example.com:8443', 'login.example.com:8443'],
  ['http://[::1]:4000', '[::1]:4000'],
  ['http://[::1]', '[::1]:80'],
])('a page of %s is the own one of the host %s', async (origin, host) => {
  expect(await statusOf(await startApp(), { origin, host })).toBe(200);
});

test.each([
  ['https://login.example.com', 'login.example.com:80'],
  ['http://login.example.com', 'login.example.com:443'],
  ['https://login.example.com:8443', 'login.example.com'],
  ['https://evil.example', 'login.example.com'],
  ['https://login.example.com.evil.example', 'login.example.com'],
  ['capacitor://login.example.com', 'login.example.com'],
  ['null', 'null'],
  ['', ''],
])('a page of %s is a stranger at the host %s', async (origin, host) => {
  expect(await statusOf(await startApp(), { origin, host })).toBe(403);
});

test.each(['x@login.example.com', 'login.example.com/'])(
  'the host %s, which is none, is refused before any page is compared with it',
  async (host) => {
    expect(await statusOf(await startApp(), { origin: 'https://login.example.com', host })).toBe(400);
  },
);

test.each(['https://login.example.com/account', 'https://login.example.com:443/account/', 'HTTPS://Login.Example.com'])(
  'the pages of APP_URL=%s are own ones, whatever name a proxy asks for',
  async (appUrl) => {
    const app = await startApp({ settings: { APP_URL: appUrl } });
    for (const host of ['127.0.0.1:4000', 'backend', 'login.example.com']) expect(await statusOf(app, { origin: PAGE, host })).toBe(200);
    for (const origin of ['http://login.example.com', 'https://login.example.com:8443', 'https://evil.example'])
      expect(await statusOf(app, { origin, host: '127.0.0.1:4000' }), origin).toBe(403);
  },
);

test.each<[string, Record<string, string>]>([
  ['X-Forwarded-Host', { 'x-forwarded-host': 'login.example.com' }],
  ['X-Forwarded-Host with the default port', { 'x-forwarded-host': 'login.example.com:443' }],
  ['Forwarded', { forwarded: 'for=203.0.113.7;host=login.example.com;proto=https' }],
])('%s counts if a trusted proxy wrote it, and not otherwise', async (_, forwarded) => {
  const headers = { ...forwarded, origin: PAGE, host: '127.0.0.1:4000' };
  const trusting = await startApp({ settings: { TRUST_PROXY: '192.0.2.10' } });
  expect(await statusOf(trusting, headers, '192.0.2.10')).toBe(200);
  expect(await statusOf(trusting, headers, '198.51.100.1')).toBe(403);
  expect(await statusOf(await startApp(), headers)).toBe(403);
});

test('of a list in X-Forwarded-Host only the entries of trusted proxies count', async () => {
  const headers = { 'x-forwarded-host': 'login.example.com, inner.example', origin: PAGE, host: '127.0.0.1:4000' };
  const one = await startApp({ settings: { TRUST_PROXY: '1' } });
  expect(await statusOf(one, { ...headers, 'x-forwarded-for': '203.0.113.7' })).toBe(403);
  expect(await statusOf(one, { ...headers, 'x-forwarded-for': '203.0.113.7', origin: 'https://inner.example' })).toBe(200);
  const two = await startApp({ settings: { TRUST_PROXY: '2' } });
  expect(await statusOf(two, { ...headers, 'x-forwarded-for': '203.0.113.7, 192.0.2.11' })).toBe(200);
});

test('a page of plain http is a stranger where the proxy says that it was asked by https', async () => {
  const app = await startApp({ settings: { TRUST_PROXY: '1' } });
  const asked = { host: 'login.example.com', 'x-forwarded-proto': 'https' };
  expect(await statusOf(app, { ...asked, origin: PAGE })).toBe(200);
  expect(await statusOf(app, { ...asked, origin: 'http://login.example.com' })).toBe(403);
});

test('a refusal is logged once with both names, and answered with the reason', async () => {
  const { log, lines } = collectLog();
  const app = await startApp({ log, settings: { APP_URL: 'https://other.example.com/account' } });
  const headers = { ...MODE, origin: PAGE, host: '127.0.0.1:4000' };
  const { errors } = await app.send('{ __typename }', { headers });
  expect(errors?.[0]?.extensions).toEqual({ code: 'FORBIDDEN', reason: 'ORIGIN_NOT_ALLOWED' });
  await app.send('{ __typename }', { headers });
  for (let index = 0; index < 30; index += 1)
    await app.send('{ __typename }', { headers: { ...headers, origin: `https://${index}.example` } });
  const told = lines.filter(({ msg }) => String(msg).includes('a page was refused'));
  expect(told[0]).toMatchObject({ origin: PAGE, host: '127.0.0.1:4000', appUrl: 'https://other.example.com/account' });
  expect(told[0]?.msg).toMatch(/APP_URL or CORS_ORIGINS/);
  expect(new Set(told.map(({ origin }) => origin)).size).toBe(told.length);
  expect(told).toHaveLength(20);
});
