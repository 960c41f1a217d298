/** The contents of an access token, its signature, and how long the server accepts it. */
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { expect, test } from 'vitest';
import { startApp, type TestApp } from '../support/app/start-app.js';
import { decode } from '../support/tokens/tokens.js';

const NOON = Date.UTC(2030, 0, 1, 12) / 1000;

async function publishedKeys(app: TestApp) {
  const response = await app.app.server.inject({ url: '/.well-known/jwks.json' });
  return { keys: response.json().keys, headers: response.headers };
}

test('an access token has exactly the header and the claims of the contract', async () => {
  const app = await startApp();
  const { accessToken, sid } = await app.register();
  const { header, claims } = decode(accessToken);
  const { data } = await app.send('{ me { id } }', { token: accessToken });
  const { keys } = await publishedKeys(app);
  expect(header).toEqual({ typ: 'at+jwt', alg: 'ES256', kid: keys[0].kid });
  expect(claims).toEqual({
    iss: 'latchkey',
    aud: 'latchkey',
    sub: data.me.id,
    sid,
    jti: claims.jti,
    iat: NOON,
    exp: NOON + 900,
    client_id: 'latchkey',
    roles: [],
    gen: 1,
  });
  for (const id of [claims.sub, claims.sid, claims.jti, header.kid]) expect(id).toMatch(/^[\w-]{22}$/);
});

test('issuer, audience, life and roles come from the settings and from the user', async () => {
  const app = await startApp({ settings: { ISSUER: 'https://id.example.com', AUDIENCE: 'shop', ACCESS_TOKEN_TTL: '5m' } });
  await app.app.administration.createUser({ email: 'root@example.com', password: 'correct horse battery', admin: true });
  const { accessToken } = await app.login('root@example.com');
  expect(decode(accessToken).claims).toMatchObject({
    iss: 'https://id.example.com',
    aud: 'shop',
    roles: ['ADMIN'],
    iat: NOON,
    exp: NOON + 300,
  });
  expect(await app.ask(accessToken)).toBe('ok');
});

test('a token names AUDIENCE first, and the other audiences of the settings once each [R1]', async () => {
  const app = await startApp({ settings: { AUDIENCE: 'login', ACCESS_TOKEN_AUDIENCES: 'orders, mail,login,orders' } });
  const { accessToken, refreshToken } = await app.register();
  expect(decode(accessToken).claims.aud).toEqual(['login', 'orders', 'mail']);
  expect(await app.ask(accessToken)).toBe('ok');
  const other = await app.restart({ AUDIENCE: 'mail', ACCESS_TOKEN_AUDIENCES: undefined });
  expect(await other.ask(accessToken)).toBe('ok');
  expect(decode((await other.refresh(refreshToken)).tokens?.accessToken ?? '').claims.aud).toBe('mail');
  const last = await other.restart({ AUDIENCE: 'elsewhere' });
  expect(await last.ask(accessToken)).toBe('UNAUTHENTICATED TOKEN_INVALID');
});

test('every token has a jti of its own, also after a refresh', async () => {
  const app = await startApp();
  const first = await app.register();
  const refreshed = await app.refresh(first.refreshToken);
  const second = await app.login();
  const claims = [first.accessToken, refreshed.tokens?.accessToken ?? '', second.accessToken].map((token) => decode(token).claims);
  expect(new Set(claims.map(({ jti }) => jti)).size).toBe(3);
  expect(claims[1].sid).toBe(claims[0].sid);
  expect(claims[2].sid).not.toBe(claims[0].sid);
});

function isSigned(text: string, signature: Buffer, key: KeyObject): boolean {
  return verify('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }, signature);
}

test.each([
  ['ES256', { kty: 'EC', crv: 'P-256' }],
  ['RS256', { kty: 'RSA', e: 'AQAB' }],
] as const)('the published key verifies an %s token, without this server', async (algorithm, shape) => {
  const app = await startApp({ settings: { SIGNING_ALG: algorithm } });
  const { accessToken } = await app.register();
  const { keys, headers } = await publishedKeys(app);
  expect(keys).toHaveLength(1);
  expect(keys[0]).toMatchObject({ ...shape, alg: algorithm, use: 'sig', kid: decode(accessToken).header.kid });
  expect(decode(accessToken).header.alg).toBe(algorithm);
  for (const secretPart of ['d', 'p', 'q', 'dp', 'dq', 'qi']) expect(keys[0]).not.toHaveProperty(secretPart);
  expect(headers['cache-control']).toBe('public, max-age=60');
  const key = createPublicKey({ key: keys[0], format: 'jwk' });
  const [one, two] = [decode(accessToken), decode((await app.login()).accessToken)];
  expect(isSigned(one.signedText, one.signature, key)).toBe(true);
  expect(isSigned(one.signedText, two.signature, key)).toBe(false);
  expect(await app.ask(accessToken)).toBe('ok');
  const crossed = `${one.signedText}.${two.signature.toString('base64url')}`;
  expect(await app.ask(crossed)).toBe('UNAUTHENTICATED TOKEN_INVALID');
});

test('an access token is accepted until its exp and the tolerance have passed, to the second', async () => {
  const app = await startApp();
  const { accessToken } = await app.register();
  app.clock.advance(904.999);
  expect(await app.ask(accessToken)).toBe('ok');
  app.clock.advance(0.001);
  expect(await app.ask(accessToken)).toBe('UNAUTHENTICATED TOKEN_EXPIRED');
});

test('without tolerance an access token ends with its exp', async () => {
  const app = await startApp({ settings: { CLOCK_TOLERANCE: '0s' } });
  const { accessToken } = await app.register();
  app.clock.advance(899.999);
  expect(await app.ask(accessToken)).toBe('ok');
  app.clock.advance(0.001);
  expect(await app.ask(accessToken)).toBe('UNAUTHENTICATED TOKEN_EXPIRED');
});

test('a token from the future is not accepted beyond the tolerance', async () => {
  const app = await startApp();
  const { accessToken } = await app.register();
  app.clock.advance(-5);
  expect(await app.ask(accessToken)).toBe('ok');
  app.clock.advance(-0.001);
  expect(await app.ask(accessToken)).toBe('UNAUTHENTICATED TOKEN_INVALID');
});

test('an access token never outlives its session', async () => {
  const app = await startApp({ settings: { ACCESS_TOKEN_TTL: '1h', SESSION_IDLE_TTL: '2h', REFRESH_TOKEN_TTL: '2h' } });
  const first = await app.register();
  app.clock.advance(5400.5);
  const { tokens } = await app.refresh(first.refreshToken);
  expect(decode(tokens?.accessToken ?? '').claims).toMatchObject({ iat: NOON + 5400, exp: NOON + 7200 });
  const query = 'mutation($t: String) { refreshToken(input: { refreshToken: $t }) { expiresAt refreshExpiresAt } }';
  const { data } = await app.send(query, { variables: { t: tokens?.refreshToken } });
  expect(data.refreshToken).toEqual({ expiresAt: '2030-01-01T14:00:00.000Z', refreshExpiresAt: '2030-01-01T14:00:00.000Z' });
});

test('a refresh token is not an access token', async () => {
  const app = await startApp();
  const { refreshToken } = await app.register();
  expect(await app.ask(refreshToken)).toBe('UNAUTHENTICATED TOKEN_INVALID');
});
