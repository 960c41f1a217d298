/** GET /check and GET /hasura: a gateway asks with the headers of a request, and the answer holds for this request. */
import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import { makeAdministrator } from '../support/app/administrators.js';
import { startApp, type TestApp } from '../support/app/start-app.js';
import { bearer } from '../support/services/services.js';
import { decode } from '../support/tokens/tokens.js';

type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';

const INVALID = '401 Bearer error="invalid_token"';
const SETTINGS = { AUDIENCE: 'login', ACCESS_TOKEN_AUDIENCES: 'orders' };

async function ask({ app }: TestApp, url: string, headers: Record<string, string> = {}, method: Method = 'GET', payload?: string) {
  const response = await app.server.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
  return { status: response.statusCode, headers: response.headers, body: response.payload };
}

const verdict = async (...asked: Parameters<typeof ask>) => {
  const { status, headers } = await ask(...asked);
  return [status, headers['www-authenticate']].filter(Boolean).join(' ');
};

describe('/check', () => {
  test('answers 204 with the user, the session and the roles, until the logout is answered', async () => {
    const app = await startApp({ settings: SETTINGS });
    const { accessToken, sid } = await app.register();
    const { sub } = decode(accessToken).claims;
    const { status, headers, body } = await ask(app, '/check', bearer(accessToken));
    expect([status, body]).toEqual([204, '']);
    expect(headers).toMatchObject({ 'latchkey-user': sub, 'latchkey-session': sid, 'latchkey-roles': '', 'cache-control': 'no-store' });
    const admin = await makeAdministrator(app);
    await app.app.administration.setUserRoles({ user: admin.id, roles: ['EDITOR', 'ADMIN'] });
    const { tokens } = await app.refresh(admin.refreshToken);
    expect((await ask(app, '/check', bearer(tokens?.accessToken ?? ''))).headers['latchkey-roles']).toBe('ADMIN,EDITOR');
    await app.send('mutation { logout { endedSessions } }', { token: accessToken });
    const after = await ask(app, '/check', bearer(accessToken));
    expect([after.status, after.headers['www-authenticate'], after.headers['latchkey-user']]).toEqual([
      401,
      'Bearer error="invalid_token"',
      undefined,
    ]);
  });

  test('refuses everything else with 401, and says what is wrong', async () => {
    const app = await startApp({ settings: SETTINGS });
    const { accessToken, refreshToken } = await app.register();
    expect(await verdict(app, '/check')).toBe('401 Bearer');
    for (const token of [refreshToken, 'x', `${accessToken}x`, '']) expect(await verdict(app, '/check', bearer(token))).toBe(INVALID);
    // The gateway may have checked the other one.
    expect(await verdict(app, '/check', { authorization: `Bearer ${accessToken}, Bearer ${accessToken}` })).toBe(INVALID);
    for (const query of [`access_token=${accessToken}`, `token=${accessToken}`, 'audience=login&audience=orders', 'audience='])
      expect((await ask(app, `/check?${query}`, bearer(accessToken))).status).toBe(400);
    app.clock.advance(905);
    const expired = await ask(app, '/check', bearer(accessToken));
    expect(JSON.parse(expired.body).errors[0].extensions).toEqual({ code: 'UNAUTHENTICATED', reason: 'TOKEN_EXPIRED' });
  });

  test('refuses two Authorization headers, and is not led away by a path', async () => {
    const app = await startApp({ settings: SETTINGS });
    const { accessToken } = await app.register();
    const origin = await app.app.listen();
    const statusOf = (authorization: readonly string[], path = '/check') =>
      new Promise((resolve, reject) => {
        const { hostname, port } = new URL(origin);
        const sent = request({ hostname, port, path, agent: false }, (answer) => resolve(answer.resume().statusCode));
        sent.on('error', reject).setHeader('authorization', authorization);
        sent.end();
      });
    const { authorization } = bearer(accessToken);
    expect(await statusOf([authorization])).toBe(204);
    for (const values of [
      [authorization, authorization],
      ['Basic x', authorization],
      [authorization, 'Basic x'],
    ])
      expect(await statusOf(values)).toBe(401);
    // Dots in the path of the client do not lead to another audience, and not out of the check.
    for (const path of [
      '/check/for/mail/../orders',
      '/check/for/mail/../../../graphql',
      '/check/for/mail/%2e%2e/orders/',
      '/check/for/mail//orders',
    ])
      expect(await statusOf([authorization], path), path).toBe(401);
    expect(await statusOf([authorization], '/check/for/orders/../../../graphql')).toBe(204);
    expect(await statusOf([authorization], '/check/for/orders/%zz')).toBe(400);
  });

  test('checks the audience that the gateway names, else AUDIENCE', async () => {
    const app = await startApp({ settings: SETTINGS });
    const { authorization } = bearer((await app.register()).accessToken);
    for (const url of [
      '/check',
      '/check?audience=login',
      '/check?audience=orders',
      '/check/for/orders',
      '/check/for/login/any/path?audience=x',
    ])
      expect(await verdict(app, url, { authorization }), url).toBe('204');
    for (const url of ['/check?audience=mail', '/check?audience=Orders', '/check/for/mail', '/check/for/mail/a?audience=orders'])
      expect(await verdict(app, url, { authorization }), url).toBe(INVALID);
  });

  test('takes the method, the headers, the query and the body of the request that a gateway checks', async () => {
    const app = await startApp({ settings: SETTINGS });
    const { authorization } = bearer((await app.register()).accessToken);
    const type = { 'content-type': 'application/json' };
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const)
      for (const url of ['/check', '/check/for/orders/things/7?token=of-the-application']) {
        expect(await verdict(app, url, { authorization }, method), `${method} ${url}`).toBe('204');
        if (method !== 'GET' && method !== 'HEAD')
          expect(await verdict(app, url, { authorization, ...type }, method, '{ no json')).toBe('204');
        expect(await verdict(app, url, {}, method)).toBe('401 Bearer');
      }
  });
});

describe('/hasura', () => {
  const USER = { 'X-Hasura-Role': 'user', 'X-Hasura-Allowed-Roles': '{user}', Expires: 'Tue, 01 Jan 2030 12:15:00 GMT' };

  test('answers the variables of a session, until the logout is answered', async () => {
    const app = await startApp({ settings: SETTINGS });
    const { accessToken } = await app.register();
    const { sub } = decode(accessToken).claims;
    const { status, body } = await ask(app, '/hasura', bearer(accessToken));
    expect([status, JSON.parse(body)]).toEqual([200, { 'X-Hasura-User-Id': sub, ...USER }]);
    await app.send('mutation { logout { endedSessions } }', { token: accessToken });
    expect(await verdict(app, '/hasura', bearer(accessToken))).toBe(INVALID);
    expect(await verdict(app, '/hasura')).toBe('401 Bearer');
  });

  test('gives a role that the client asks for only if the user has it, and never the role that may do everything', async () => {
    const app = await startApp({ settings: SETTINGS });
    const { accessToken } = await makeAdministrator(app);
    const as = async (role: string, token = accessToken) => {
      const { status, body } = await ask(app, '/hasura', { ...bearer(token), 'x-hasura-role': role });
      return status === 200 ? JSON.parse(body)['X-Hasura-Role'] : status;
    };
    expect([await as('ADMIN'), await as('user'), await as('admin'), await as('EDITOR'), await as('')]).toEqual([
      'ADMIN',
      'user',
      401,
      401,
      401,
    ]);
    expect(await as('ADMIN', (await app.register()).accessToken)).toBe(401);
    const { body } = await ask(app, '/hasura', bearer(accessToken));
    expect(JSON.parse(body)).toMatchObject({ 'X-Hasura-Role': 'user', 'X-Hasura-Allowed-Roles': '{user,ADMIN}' });
    expect(await verdict(app, '/hasura?audience=mail', bearer(accessToken))).toBe(INVALID);
  });
});
