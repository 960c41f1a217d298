/** Introspection (RFC 7662) and revocation (RFC 7009) by a client of OAuth 2.0, which finds the endpoints by the metadata (RFC 8414). */
import { expect, test } from 'vitest';
import { startApp } from '../support/app/start-app.js';
import { createService, introspect, openOAuthClient } from '../support/services/services.js';
import { decode } from '../support/tokens/tokens.js';

const ISSUER = 'https://login.example.com';
const SETTINGS = { ISSUER, AUDIENCE: 'login', ACCESS_TOKEN_AUDIENCES: 'orders' };
const INACTIVE = '{"active":false}';

async function start(settings: Record<string, string> = {}) {
  const app = await startApp({ settings: { ...SETTINGS, ...settings } });
  const service = await createService(app, 'the orders', 'orders');
  return { app, service, client: await openOAuthClient(app, ISSUER, service) };
}

test('the metadata names the endpoints, and the issuer as the tokens do', async () => {
  const { app, client } = await start();
  const { accessToken } = await app.register();
  expect(client.as).toMatchObject({
    issuer: decode(accessToken).claims.iss,
    jwks_uri: `${ISSUER}/.well-known/jwks.json`,
    introspection_endpoint: `${ISSUER}/oauth/introspect`,
    revocation_endpoint: `${ISSUER}/oauth/revoke`,
  });
});

test('the metadata are where RFC 8414 puts them, and nowhere for an issuer that is no https URL', async () => {
  const statusOf = async (issuer: string, path = '') => {
    const { app } = await startApp({ settings: { ISSUER: issuer } });
    return (await app.server.inject(`/.well-known/oauth-authorization-server${path}`)).statusCode;
  };
  expect(await statusOf(`${ISSUER}/`)).toBe(200);
  expect(await statusOf(`${ISSUER}/tenant/`, '/tenant')).toBe(200);
  for (const issuer of ['latchkey', 'http://login.example.com', `${ISSUER}/?a`, `${ISSUER}/#a`]) expect(await statusOf(issuer)).toBe(404);
});

test('a live token is active, with its claims; a dead one is not, whatever has ended it', async () => {
  const { app, client } = await start();
  const { accessToken, refreshToken } = await app.register();
  const { gen, ...claims } = decode(accessToken).claims;
  for (const hint of [undefined, 'access_token', 'refresh_token', 'nonsense'])
    expect(await client.introspect(accessToken, hint)).toEqual({ active: true, token_type: 'Bearer', ...claims });
  expect(await client.introspect(refreshToken, 'refresh_token')).toEqual({ active: false });
  await app.send('mutation { logout { endedSessions } }', { token: accessToken });
  expect(await client.introspect(accessToken)).toEqual({ active: false });
  const later = await app.login();
  expect((await client.introspect(later.accessToken)).active).toBe(true);
  app.clock.advance(905);
  expect(await client.introspect(later.accessToken)).toEqual({ active: false });
});

test.each(['access', 'refresh'] as const)(
  'when the revocation of the %s token is answered, nobody accepts a token of its session',
  async (kind) => {
    const { app, client } = await start();
    await app.register();
    for (const hint of [undefined, 'access_token', 'refresh_token']) {
      const session = await app.login();
      await client.revoke(session[`${kind}Token`], undefined, hint);
      expect(await app.ask(session.accessToken)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
      expect(await client.introspect(session.accessToken)).toEqual({ active: false });
      expect((await app.refresh(session.refreshToken)).codes).toEqual(['INVALID_REFRESH_TOKEN']);
      // RFC 7009, section 2.2: a token that is revoked already is no error.
      await client.revoke(session[`${kind}Token`], client.authenticate);
    }
  },
);

test('an expired access token still ends its session [R13]', async () => {
  const { app, client } = await start();
  const { accessToken, refreshToken } = await app.register();
  app.clock.advance(905);
  await client.revoke(accessToken);
  expect((await app.refresh(refreshToken)).codes).toEqual(['INVALID_REFRESH_TOKEN']);
});

test('everything that is not active gets the same bytes', async () => {
  const { app, service } = await start();
  const { accessToken, refreshToken } = await app.register();
  const other = await startApp({ settings: SETTINGS });
  const foreign = (await other.register()).accessToken;
  const [head, body, signature] = accessToken.split('.');
  const elsewhere = await createService(app, 'mail', 'mail');
  const revoked = await app.login();
  await app.send('mutation { logout { endedSessions } }', { token: revoked.accessToken });
  const answers = [
    ...[
      'x',
      '..',
      'a.b.c',
      '\u0000',
      ' ',
      'é'.repeat(4_096),
      'x'.repeat(8_192),
      `Bearer ${accessToken}`,
      ` ${accessToken}`,
      `${accessToken} `,
    ],
    ...[foreign, refreshToken, revoked.accessToken, service.credential, `${head}.${body}.${signature?.slice(0, -1)}`, `${head}.${body}.`],
  ].map((token) => introspect(app, service.credential, token));
  answers.push(introspect(app, elsewhere.credential, accessToken));
  for (const { status, text, headers } of await Promise.all(answers)) {
    expect([status, text]).toEqual([200, INACTIVE]);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'content-type': 'application/json; charset=utf-8',
      'content-length': `${INACTIVE.length}`,
    });
  }
  expect((await introspect(app, service.credential, accessToken)).text).toContain('"active":true');
});
