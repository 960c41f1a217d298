/** NGINX with examples/gateways/nginx.conf: it lets a request through only while its token is live, and the application believes only what Latchkey says. */
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { makeAdministrator } from '../support/app/administrators.js';
import { startApp } from '../support/app/start-app.js';
import { hasNginx } from '../support/proxies/programs.js';
import { startNginxGateway } from '../support/proxies/proxies.js';
import { decode } from '../support/tokens/tokens.js';

const SETTINGS = { AUDIENCE: 'login', ACCESS_TOKEN_AUDIENCES: 'orders', TRUST_PROXY: '1' };

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** An application that tells which headers have reached it, each by its name as it was sent. */
async function startApplication(): Promise<string> {
  const server = createServer(({ rawHeaders, method, url }, answer) => {
    if (url === '/fault') answer.statusCode = 500;
    const told = rawHeaders.flatMap((name, at) => (at % 2 === 0 && /latchkey/i.test(name) ? `${name}: ${rawHeaders[at + 1]}` : []));
    answer.end(JSON.stringify({ method, url, told: told.sort() }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function start(settings: Record<string, string> = {}) {
  const app = await startApp({ settings: { ...SETTINGS, ...settings } });
  const gateway = await startNginxGateway(await app.app.listen(), await startApplication());
  /** Sends each header on a line of its own, as it is. */
  const ask = (path: string, lines: readonly (readonly [string, string])[] = [], method = 'GET') =>
    new Promise<Answer>((resolve, reject) => {
      const { hostname, port } = new URL(gateway);
      const headers = ['Host', 'app.example.com', 'Connection', 'close', ...lines.flat()];
      const sent = request({ hostname, port, path, method, headers: headers as never, agent: false }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
      });
      sent.on('error', reject);
      sent.end();
    });
  return { app, ask };
}

const bearer = (token: string) => ['Authorization', `Bearer ${token}`] as const;
const toldIn = ({ text }: Answer): string[] => (JSON.parse(text) as { told: string[] }).told;

describe.skipIf(!hasNginx)('the gateway', () => {
  test('lets a live token through with its user, session and roles, until the logout is answered', async () => {
    const { app, ask } = await start();
    const { accessToken, sid } = await makeAdministrator(app);
    const { sub } = decode(accessToken).claims;
    for (const method of ['GET', 'POST', 'DELETE']) {
      const answer = await ask('/orders/7?audience=login&token=x', [bearer(accessToken)], method);
      expect(answer.status).toBe(200);
      expect(JSON.parse(answer.text)).toMatchObject({ method, url: '/orders/7?audience=login&token=x' });
      expect(toldIn(answer)).toEqual(['Latchkey-Roles: ADMIN', `Latchkey-Session: ${sid}`, `Latchkey-User: ${sub}`]);
    }
    await app.send('mutation { logout { endedSessions } }', { token: accessToken });
    const refused = await ask('/orders/7', [bearer(accessToken)]);
    expect([refused.status, refused.headers['www-authenticate']]).toEqual([401, 'Bearer error="invalid_token"']);
    expect((await ask('/orders/7')).status).toBe(401);
    expect((await ask('/latchkey-check', [bearer(accessToken)])).status).toBe(404);
  });

  test('hands on nothing of what a client has made up, whether or not the path is guarded', async () => {
    const { app, ask } = await start();
    const { accessToken, sid } = await app.register();
    const { sub } = decode(accessToken).claims;
    const forged = [
      ['Latchkey-User', 'root'],
      ['latchkey-user', 'root'],
      ['LATCHKEY-ROLES', 'ADMIN'],
      ['Latchkey_User', 'root'],
      ['Latchkey_Roles', 'ADMIN'],
      ['Latchkey-Session', 'root'],
    ] as const;
    // The user has no roles, and of an empty value NGINX sends no header.
    expect(toldIn(await ask('/orders', [...forged, bearer(accessToken)]))).toEqual([`Latchkey-Session: ${sid}`, `Latchkey-User: ${sub}`]);
    expect(toldIn(await ask('/orders', [bearer(accessToken), ...forged]))).toEqual([`Latchkey-Session: ${sid}`, `Latchkey-User: ${sub}`]);
    expect(toldIn(await ask('/public/', forged))).toEqual([]);
    expect((await ask('/orders', forged)).status).toBe(401);
  });

  test('refuses two Authorization headers, of which the application might believe the other one', async () => {
    const { app, ask } = await start();
    const { accessToken } = await app.register();
    const other = (await app.register('eve@example.com')).accessToken;
    for (const lines of [
      [bearer(accessToken), bearer(other)],
      [bearer(accessToken), bearer('x')],
      [bearer('x'), bearer(accessToken)],
    ])
      expect([400, 401]).toContain((await ask('/orders', lines)).status);
  });

  test('asks for its own audience, whatever the path or the query of the client', async () => {
    const { app, ask } = await start({ ACCESS_TOKEN_AUDIENCES: 'mail' });
    const { accessToken } = await app.register();
    for (const path of ['/', '/?audience=login', '/check?audience=login', '/public/../orders', '/public/%2e%2e/orders'])
      expect((await ask(path, [bearer(accessToken)])).status, path).toBe(401);
  });

  test('answers 503 while Latchkey cannot say, and leaves the errors of the application as they are', async () => {
    const { app, ask } = await start();
    const { accessToken } = await app.register();
    expect((await ask('/fault', [bearer(accessToken)])).status).toBe(500);
    await app.app.close();
    const answer = await ask('/orders', [bearer(accessToken)]);
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1']);
    expect(JSON.parse(answer.text).errors[0].extensions).toEqual({ code: 'AUTH_UNAVAILABLE', retryAfter: 1 });
    expect((await ask('/public/')).status).toBe(200);
  });
});
