/** The server behind real proxies: with the files of `deploy/`, and with the little that many people write into NGINX. */
import { describe, expect, test } from 'vitest';
import { collectLog } from '../support/app/collected-log.js';
import { EMAIL, PASSWORD } from '../support/app/requests.js';
import { startApp, type TestApp } from '../support/app/start-app.js';
import { hasHaproxy, hasNginx } from '../support/proxies/programs.js';
import { ask, startHaproxy, startNginx } from '../support/proxies/proxies.js';
import { openStream } from '../support/sockets/event-streams.js';
import { connect } from '../support/sockets/sockets.js';

const NAME = 'login.example.com';
const MODE = { 'latchkey-refresh-token': 'cookie' };
const HTTPS = { ...MODE, origin: `https://${NAME}` };
const LOGIN = `mutation { login(input: { email: "${EMAIL}", password: "${PASSWORD}" }) { session { ipAddress } } }`;
const SESSION_EVENTS = 'subscription { sessionEvents { kind } }';

async function startListening(settings: Record<string, string> = {}, options: object = {}) {
  const app = await startApp({ ...options, settings: { TRUST_PROXY: '1', ...settings } });
  return { app, target: await app.app.listen() };
}

async function addressThrough(proxy: string, from: string, headers: Record<string, string> = {}): Promise<string> {
  const { text } = await ask(proxy, '/graphql', { query: LOGIN, from, headers });
  return JSON.parse(text).data.login.session.ipAddress;
}

/** An event of another session of this user must arrive while the stream stays open. */
async function hearEvent(app: TestApp, proxy: string): Promise<void> {
  const { accessToken } = await app.register();
  const stream = await openStream(proxy, SESSION_EVENTS, accessToken);
  expect(stream.status).toBe(200);
  // The server may subscribe after it has sent the headers.
  const heard = stream.hear('CREATED');
  await Promise.race([heard, logInUntil(app, heard)]);
}

async function logInUntil(app: TestApp, heard: Promise<void>): Promise<void> {
  let isHeard = false;
  heard.finally(() => {
    isHeard = true;
  });
  for (let turn = 0; turn < 20 && !isHeard; turn += 1) await app.login();
  await heard;
}

const PROXIES = [
  { name: 'NGINX with deploy/nginx.conf', isThere: hasNginx, start: (target: string) => startNginx(target) },
  { name: 'HAProxy with deploy/haproxy.cfg', isThere: hasHaproxy, start: startHaproxy },
];

describe.each(PROXIES)('$name', ({ isThere, start }) => {
  test.skipIf(!isThere)('hands on the address of the client, and nothing of what the client made up', async () => {
    const { app, target } = await startListening();
    const proxy = await start(target);
    await app.register();
    const forged = { 'x-forwarded-for': '198.51.100.1', forwarded: 'for=198.51.100.1', 'x-forwarded-host': 'evil.example' };
    expect(await addressThrough(proxy, '127.0.0.5', forged)).toBe('127.0.0.5');
    expect(await addressThrough(proxy, '127.0.0.6')).toBe('127.0.0.6');
  });

  test.skipIf(!isThere)('lets the server know its own pages, and strangers', async () => {
    const { target } = await startListening();
    const proxy = await start(target);
    const own = new URL(proxy).host;
    const statusOf = async (headers: Record<string, string>) =>
      (await ask(proxy, '/graphql', { query: '{ __typename }', headers: { ...MODE, ...headers } })).status;
    expect(await statusOf({ origin: proxy })).toBe(200);
    expect(await statusOf({ origin: 'http://evil.example', 'x-forwarded-host': 'evil.example' })).toBe(403);
    expect(await statusOf({ origin: 'http://evil.example', forwarded: 'host=evil.example' })).toBe(403);
    const socket = await connect(proxy, undefined, { headers: { origin: `http://${own}` } });
    socket.raw.close();
    await expect(connect(proxy, undefined, { headers: { origin: 'http://evil.example' } })).rejects.toThrow('403');
  });

  test.skipIf(!isThere)('lets through what is public, and no figures in any encoding', async () => {
    const { target } = await startListening();
    const proxy = await start(target);
    for (const path of ['/livez', '/.well-known/jwks.json', '/account', '/account/sessions'])
      expect((await ask(proxy, path)).status, path).toBe(200);
    const paths = [
      '/metrics',
      '/%6detrics',
      '/metric%73',
      '/METRICS',
      '//metrics',
      '/./metrics',
      '/graphql/../metrics',
      '/account/../metrics',
    ];
    const encoded = [
      '/account/%2e%2e/metrics',
      '/account/..%2fmetrics',
      '/account/..%2F%6detrics',
      '/%2e/metrics',
      '/metrics%00',
      '/readyz',
    ];
    for (const path of [...paths, ...encoded]) {
      const { status, text } = await ask(proxy, path);
      expect([400, 403, 404], path).toContain(status);
      expect(text, path).not.toContain('latchkey_');
    }
  });

  test.skipIf(!isThere)('passes each event on at once', async () => {
    const { app, target } = await startListening();
    await hearEvent(app, await start(target));
  });
});

describe.skipIf(!hasNginx)('NGINX with a few lines', () => {
  const statusOf = async (proxy: string, headers: Record<string, string>) =>
    (await ask(proxy, '/graphql', { query: '{ __typename }', headers })).status;

  test('proxy_pass alone: the page is refused and logged with both names; with APP_URL it is an own one', async () => {
    const { log, lines } = collectLog();
    const { target } = await startListening({}, { log });
    const proxy = await startNginx(target, 'proxy_pass http://127.0.0.1:4000;');
    expect(await statusOf(proxy, { ...HTTPS, host: NAME })).toBe(403);
    const told = lines.filter(({ msg }) => String(msg).includes('a page was refused'));
    expect(told).toMatchObject([{ origin: `https://${NAME}`, host: new URL(target).host }]);
    const known = await startListening({ APP_URL: `https://${NAME}/account` });
    expect(await statusOf(await startNginx(known.target, 'proxy_pass http://127.0.0.1:4000;'), { ...HTTPS, host: NAME })).toBe(200);
  });

  test('Host with a default port, and Host without the port of the page', async () => {
    const { target } = await startListening({ APP_URL: `https://${NAME}:8443/account` });
    const withPort = await startNginx(target, 'proxy_pass http://127.0.0.1:4000; proxy_set_header Host $host:443;');
    expect(await statusOf(withPort, { ...HTTPS, host: NAME })).toBe(200);
    expect(await statusOf(withPort, { ...MODE, origin: `http://${NAME}`, host: NAME })).toBe(403);
    const withoutPort = await startNginx(target, 'proxy_pass http://127.0.0.1:4000; proxy_set_header Host $host;');
    expect(await statusOf(withoutPort, { ...MODE, origin: `https://${NAME}:8443`, host: `${NAME}:8443` })).toBe(200);
    expect(await statusOf(withoutPort, { ...MODE, origin: `https://${NAME}:9443`, host: `${NAME}:9443` })).toBe(403);
  });

  test('default settings pass each event on at once', async () => {
    const { app, target } = await startListening();
    await hearEvent(app, await startNginx(target, 'proxy_pass http://127.0.0.1:4000;'));
  });

  test.each([
    ['X-Forwarded-For with the port', 'X-Forwarded-For $remote_addr:$remote_port'],
    ['an appended X-Forwarded-For', 'X-Forwarded-For $proxy_add_x_forwarded_for'],
    ['Forwarded', 'Forwarded "for=\\"$remote_addr:$remote_port\\";proto=$scheme;host=\\"$http_host\\""'],
  ])('%s names the client', async (_, header) => {
    const { app, target } = await startListening();
    const proxy = await startNginx(target, `proxy_pass http://127.0.0.1:4000; proxy_set_header ${header};`);
    await app.register();
    for (const client of ['127.0.0.7', '127.0.0.8']) expect(await addressThrough(proxy, client)).toBe(client);
  });
});
