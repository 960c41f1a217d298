/** Endpoints for operators and other services: liveness, readiness, public keys, metrics. */
import { createPublicKey, verify } from 'node:crypto';
import { expect, test } from 'vitest';
import { startApp } from '../support/app/start-app.js';

test('a server that runs is live and ready', async () => {
  const { app } = await startApp();
  for (const url of ['/livez', '/readyz']) {
    const { statusCode, headers, payload } = await app.server.inject(url);
    expect.soft([statusCode, payload, headers['cache-control']], url).toEqual([200, '{"status":"ok"}', 'no-store']);
  }
});

for (const alg of ['ES256', 'RS256']) {
  test(`the published ${alg} key verifies what the server signs, and has no private member`, async () => {
    const { app, register } = await startApp({ settings: { SIGNING_ALG: alg } });
    const { accessToken } = await register();
    const response = await app.server.inject('/.well-known/jwks.json');
    expect(response.headers['cache-control']).toBe('public, max-age=60');
    expect(response.headers['content-type']).toContain('application/json');
    const { keys } = response.json();
    const [header = '', payload = '', signature = ''] = accessToken.split('.');
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString());
    expect(keys).toHaveLength(1);
    const members = alg === 'ES256' ? ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'] : ['alg', 'e', 'kid', 'kty', 'n', 'use'];
    expect(Object.keys(keys[0]).sort()).toEqual(members);
    expect(keys[0]).toMatchObject({ kid, alg, use: 'sig' });
    const key = { key: createPublicKey({ key: keys[0], format: 'jwk' }), dsaEncoding: 'ieee-p1363' as const };
    expect(verify('sha256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url'))).toBe(true);
  });
}

test('after a rotation both keys are published, the new one first', async () => {
  const { app, register, login, ask, clock } = await startApp();
  const before = await register();
  clock.advance(1);
  await app.administration.rotateKeys({ now: true });
  const after = await login();
  const kidOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid;
  const { keys } = (await app.server.inject('/.well-known/jwks.json')).json();
  expect(keys.map(({ kid }: { kid: string }) => kid)).toEqual([kidOf(after.accessToken), kidOf(before.accessToken)]);
  expect(await ask(before.accessToken)).toBe('ok');
});

test('the metrics count database operations and live revocations', async () => {
  const { app, register, send } = await startApp();
  const read = async () => {
    const { headers, payload } = await app.metrics.inject('/metrics');
    expect(headers['content-type']).toContain('text/plain');
    const figure = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(payload)?.[1]);
    return { operations: figure('latchkey_database_operations_total'), revocations: figure('latchkey_revocations_live') };
  };
  const { accessToken: token } = await register();
  const before = await read();
  expect(before.revocations).toBe(0);
  expect(await read()).toEqual(before);
  await send('mutation { logout { endedSessions } }', { token });
  const after = await read();
  expect(after.revocations).toBe(1);
  expect(after.operations).toBeGreaterThan(before.operations);
});

test('the metrics count logins, refreshes, ended sessions and refusals, each by how it went, and only what was committed', async () => {
  const app = await startApp();
  const { accessToken, refreshToken } = await app.register();
  await expect(app.login('nobody@example.com')).rejects.toThrow('INVALID_CREDENTIALS');
  await expect(app.register()).rejects.toThrow('EMAIL_TAKEN');
  const { tokens } = await app.refresh(refreshToken);
  await app.send('mutation { logout { endedSessions } }', { token: tokens?.accessToken });
  await app.send('mutation { logout { endedSessions } }', { token: tokens?.accessToken });
  for (const token of [accessToken, accessToken, undefined]) await app.ask(token);
  const { payload } = await app.app.metrics.inject('/metrics');
  const counted = payload.split('\n').filter((line) => /^latchkey_(logins|refreshes|sessions_ended|denials)_total/.test(line));
  expect(counted.sort()).toEqual([
    'latchkey_denials_total{reason="TOKEN_MISSING"} 1',
    'latchkey_denials_total{reason="TOKEN_REVOKED"} 2',
    'latchkey_logins_total{outcome="failed"} 1',
    'latchkey_logins_total{outcome="rate-limited"} 0',
    'latchkey_logins_total{outcome="succeeded"} 1',
    'latchkey_refreshes_total{outcome="failed"} 0',
    'latchkey_refreshes_total{outcome="succeeded"} 1',
    'latchkey_sessions_ended_total{reason="LOGOUT"} 1',
  ]);
});
