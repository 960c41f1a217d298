/** Routes that an application adds to the server beside /graphql. */
import { renameSync } from 'node:fs';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { makeAdministrator } from '../support/app/administrators.js';
import { collectLog } from '../support/app/collected-log.js';
import { startApp } from '../support/app/start-app.js';
import { onPostgresql } from '../support/postgresql/postgresql.js';

test('a route of an application is held to its schemas, going in and going out', async () => {
  const { app } = await startApp({});
  app.server.post('/orders', {
    schema: {
      headers: { type: 'object', required: ['x-shop'], properties: { 'x-shop': { type: 'string' } } },
      body: { type: 'object', required: ['count'], properties: { count: { type: 'integer', minimum: 1 } } },
      response: { 200: { type: 'object', properties: { count: { type: 'integer' } } } },
    },
    handler: async (request) => ({ ...(request.body as object), secret: 'of the application' }),
  });
  const order = (count: unknown, headers: Record<string, string>) =>
    app.server.inject({ method: 'POST', url: '/orders', payload: { count }, headers });

  expect((await order(2, { 'x-shop': 'one' })).json()).toEqual({ count: 2 });
  expect((await order(0, { 'x-shop': 'one' })).statusCode).toBe(400);
  expect((await order(2, {})).statusCode).toBe(400);
});

test('a route or a plugin that refuses with a status of its own keeps it, with the code that clients know', async () => {
  const { log, lines } = collectLog();
  const { app } = await startApp({ log });
  app.server.get('/refusing/:status', async ({ params }) => {
    throw Object.assign(new Error('secret cause'), { statusCode: Number((params as { status: string }).status) });
  });
  const expected = {
    400: 'BAD_REQUEST',
    403: 'FORBIDDEN',
    404: 'NOT_FOUND',
    429: 'RATE_LIMITED',
    500: 'INTERNAL_SERVER_ERROR',
    503: 'AUTH_UNAVAILABLE',
  };
  for (const [status, code] of Object.entries(expected)) {
    const { statusCode, payload } = await app.server.inject(`/refusing/${status}`);
    expect.soft([statusCode, JSON.parse(payload).errors[0].extensions.code]).toEqual([Number(status), code]);
    expect.soft(payload).not.toContain('secret');
  }
  expect(JSON.parse((await app.server.inject('/refusing/503')).payload).errors[0].extensions.retryAfter).toBe(1);
  expect(lines.filter(({ level }) => level === 50)).toHaveLength(3);
});

async function startFiles(settings: Record<string, string> = {}) {
  const app = await startApp({ settings });
  app.app.server.get('/files', { preHandler: app.app.authenticate }, async () => ({ files: [] }));
  app.app.server.get('/mine', async (request) => ({ sub: (await app.app.authenticate(request)).sub }));
  app.app.server.get('/vault', async (request) => app.app.authenticate(request, { roles: ['ADMIN', 'EDITOR'] }).then(() => 'open'));
  const get = async (url: string, authorization?: string) => {
    const { statusCode, headers, body } = await app.app.server.inject({ url, headers: authorization ? { authorization } : {} });
    const { code, reason } = statusCode === 200 ? {} : JSON.parse(body).errors[0].extensions;
    return { status: statusCode, code, reason, challenge: headers['www-authenticate'], body };
  };
  return { ...app, get };
}

test('a route of an application is guarded by the same door as /graphql, also as a bare hook [R1] [R2]', async () => {
  const { get, register, send, clock } = await startFiles();
  const { accessToken, refreshToken } = await register();
  const bearer = `Bearer ${accessToken}`;
  const refused = (reason: string, challenge = 'Bearer error="invalid_token"') => ({
    status: 401,
    code: 'UNAUTHENTICATED',
    reason,
    challenge,
  });
  for (const url of ['/files', '/mine']) {
    expect(await get(url, bearer)).toMatchObject({ status: 200 });
    expect(await get(url, `bearer  ${accessToken}`)).toMatchObject({ status: 200 });
    expect(await get(url)).toMatchObject(refused('TOKEN_MISSING', 'Bearer'));
    expect(await get(url, `Basic ${accessToken}`)).toMatchObject(refused('TOKEN_MISSING', 'Bearer'));
    expect(await get(url, 'Bearer')).toMatchObject(refused('TOKEN_INVALID'));
    expect(await get(url, `Bearer ${refreshToken}`)).toMatchObject(refused('TOKEN_INVALID'));
    expect(await get(url, `Bearer ${accessToken}=`)).toMatchObject(refused('TOKEN_INVALID'));
  }
  expect((await get('/mine', bearer)).body).toContain((await send('{ me { id } }', { token: accessToken })).data.me.id);
  await send('mutation { logout { endedSessions } }', { token: accessToken });
  expect(await get('/files', bearer)).toMatchObject(refused('TOKEN_REVOKED'));
  const { accessToken: later } = await register('bob@example.com');
  clock.advance(15 * 60 + 5);
  expect(await get('/mine', `Bearer ${later}`)).toMatchObject(refused('TOKEN_EXPIRED'));
});

test('a route with two Authorization headers is refused: a proxy may have checked the other one [R1]', async () => {
  const app = await startFiles();
  const { accessToken } = await app.register();
  const { hostname, port } = new URL(await app.app.listen());
  const header = ['Authorization', `Bearer ${accessToken}`];
  const statusOf = (...headers: string[]) =>
    new Promise<number | undefined>((resolve, reject) => {
      const done = (response: IncomingMessage) => response.resume().once('end', () => resolve(response.statusCode));
      httpGet({ hostname, port, path: '/files', agent: false, headers: ['Host', hostname, ...headers] as never }, done).once(
        'error',
        reject,
      );
    });
  expect(await statusOf(...header)).toBe(200);
  expect(await statusOf(...header, ...header)).toBe(401);
});

test.skipIf(onPostgresql)('a route whose caller can’t be known answers 503, never 401 [R8]', async () => {
  const app = await startFiles({ REVOCATION_CHECK: 'database' });
  const { accessToken } = await app.register();
  const bearer = `Bearer ${(await app.login()).accessToken}`;
  // The driver gives up its connection with every transaction, so the next statement must open the file again.
  await app.send('mutation { logout { endedSessions } }', { token: accessToken });
  renameSync(app.dataDir, `${app.dataDir}-away`);
  expect(await app.get('/files', bearer)).toMatchObject({ status: 503, code: 'AUTH_UNAVAILABLE', challenge: undefined });
  renameSync(`${app.dataDir}-away`, app.dataDir);
  expect(await app.get('/files', bearer)).toMatchObject({ status: 200 });
});

test('a route may ask for roles', async () => {
  const app = await startFiles();
  const { accessToken: admin } = await makeAdministrator(app);
  const { accessToken: user } = await app.register('eve@example.com');
  expect(await app.get('/vault', `Bearer ${admin}`)).toMatchObject({ status: 200 });
  expect(await app.get('/vault', `Bearer ${user}`)).toMatchObject({ status: 403, code: 'FORBIDDEN', challenge: undefined });
  expect(await app.get('/vault')).toMatchObject({ status: 401, reason: 'TOKEN_MISSING' });
});
