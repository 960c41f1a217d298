/** The door of a service as a matrix: every token that must not open it, judged as the login server judges it. */
import { expect, test } from 'vitest';
import { encode, makeKey, signText, signWithPublicKeyAsSecret, twinOf, withStrayBits } from '../support/tokens/forging.js';
import { id, ScriptedFeed } from '../support/verifier/scripted-feed.js';
import { ask, callerOf, openVerifierAt, textOf } from '../support/verifier/verifiers.js';

async function start(options = {}) {
  const feed = new ScriptedFeed();
  const { verifier } = await openVerifierAt(await feed.listen(), options);
  await verifier.ready();
  return { feed, verifier };
}

test('a genuine token is accepted, the second time without verifying its signature [R39]', async () => {
  const { feed, verifier } = await start();
  const token = feed.token();
  const caller = await callerOf(verifier, token);
  expect(caller.token).toMatchObject({ aud: ['other', 'latchkey'], roles: ['USER'], kid: feed.keys[0]?.kid });
  expect(Object.isFrozen(caller.token)).toBe(true);
  expect((await callerOf(verifier, token)).token).toBe(caller.token);
  for (const spelling of [`bearer ${token}`, `BEARER  ${token}`])
    expect((await verifier.authenticate([spelling])).kind).toBe('authenticated');
  expect(await ask(verifier, feed.token({ payload: { aud: 'latchkey' } }))).toBe('authenticated');
  expect(await ask(verifier, feed.token({ payload: { nbf: 1, note: 'x' } }))).toBe('authenticated');
});

test('without a bearer token the caller is anonymous, and with two headers none is believed [R39]', async () => {
  const { feed, verifier } = await start();
  const token = feed.token();
  const missing = [undefined, [], '', 'Basic x', token, `DPoP ${token}`, `BearerToken ${token}`];
  for (const header of missing) expect(textOf(await verifier.authenticate(header))).toBe('TOKEN_MISSING');
  const invalid = [
    'Bearer',
    'Bearer   ',
    [`Bearer ${token}`, `Bearer ${token}`],
    ['Basic x', `Bearer ${token}`],
    `Bearer ${token}, Bearer x`,
  ];
  for (const header of invalid) expect(textOf(await verifier.authenticate(header))).toBe('TOKEN_INVALID');
});

test('what is no token of ours, or not for this service, is invalid [R39]', async () => {
  const { feed, verifier } = await start();
  const token = feed.token();
  const [key = makeKey(id())] = feed.keys;
  const [head = '', body = '', signature = ''] = token.split('.');
  const header = { alg: 'ES256', typ: 'at+jwt', kid: key.kid };
  const now = Math.floor(Date.now() / 1000);
  const refused: Record<string, string> = {
    garbage: 'garbage',
    dots: '..',
    'no signature': `${head}.${body}.`,
    'a short signature': token.slice(0, -4),
    zeros: `${head}.${body}.${'A'.repeat(86)}`,
    'four parts': `${token}.x`,
    'another payload': `${head}.${encode(JSON.stringify({ sub: id() }))}.${signature}`,
    'stray bits': withStrayBits(token, 2) ?? '',
    'too long': feed.token({ payload: { note: 'x'.repeat(4_096) } }),
    'alg none': `${encode(JSON.stringify({ ...header, alg: 'none' }))}.${body}.`,
    HS256: signWithPublicKeyAsSecret(key, { ...header, alg: 'HS256' }, {}),
    RS256: feed.token({ header: { alg: 'RS256' } }),
    'typ JWT': feed.token({ header: { typ: 'JWT' } }),
    'no typ': feed.token({ header: { typ: undefined } }),
    crit: feed.token({ header: { crit: ['x'], x: 1 } }),
    jwk: feed.token({ header: { jwk: {} } }),
    'no kid': feed.token({ header: { kid: undefined } }),
    'another key under our kid': feed.token({ key: { ...makeKey(key.kid) } }),
    'another issuer': feed.token({ payload: { iss: 'other' } }),
    'another audience': feed.token({ payload: { aud: 'other' } }),
    'other audiences': feed.token({ payload: { aud: ['other', 'latchkey2'] } }),
    'another client': feed.token({ payload: { client_id: 'other' } }),
    'iat ahead': feed.token({ payload: { iat: now + 60 } }),
    'nbf ahead': feed.token({ payload: { nbf: now + 60 } }),
    'an array': signText(key, JSON.stringify(header), '[]'),
    'no JSON': signText(key, JSON.stringify(header), '{'),
  };
  for (const claim of ['iss', 'aud', 'sub', 'sid', 'jti', 'iat', 'exp', 'client_id', 'roles', 'gen'])
    refused[`without ${claim}`] = feed.token({ payload: { [claim]: undefined } });
  for (const [row, each] of Object.entries(refused)) expect.soft(await ask(verifier, each), row).toBe('TOKEN_INVALID');
});

test('another spelling of the signature is the same token, and dies with it [R12]', async () => {
  const { feed, verifier } = await start();
  const token = feed.token();
  const { token: claims } = await callerOf(verifier, twinOf(token));
  feed.revoke(claims.jti);
  feed.ring({ ...feed.state, since: feed.version - 1, rows: feed.rows });
  await expect.poll(() => ask(verifier, twinOf(token))).toBe('TOKEN_REVOKED without its session');
});

test('an expired token is told as expired only if its signature is right; the tolerance delays `exp` [R39]', async () => {
  const { feed, verifier } = await start({ clockToleranceSeconds: 60 });
  const now = Math.floor(Date.now() / 1000);
  expect(await ask(verifier, feed.token({ payload: { exp: now - 61 } }))).toBe('TOKEN_EXPIRED');
  expect(await ask(verifier, feed.token({ payload: { exp: now - 20 } }))).toBe('authenticated');
  expect(await ask(verifier, feed.token({ payload: { exp: now - 61 }, key: makeKey(feed.keys[0]?.kid ?? '') }))).toBe('TOKEN_INVALID');
});

test('a cached token is refused once its key has left the ring, or has changed under its name [R39]', async () => {
  const { feed, verifier } = await start();
  const token = feed.token();
  const caller = await callerOf(verifier, token);
  const other = makeKey(id());
  feed.keys = [other];
  // A token of the new key makes the verifier renew, and the answer replaces the ring.
  expect(await ask(verifier, feed.token())).toBe('authenticated');
  expect(await verifier.check(caller)).toBe('revoked');
  expect(await ask(verifier, token)).toBe('TOKEN_INVALID');
  const kid = other.kid;
  const fake = feed.token();
  feed.keys = [makeKey(kid), makeKey(id())];
  expect(await ask(verifier, feed.token({ key: feed.keys[1] as never }))).toBe('authenticated');
  expect(await ask(verifier, fake)).toBe('TOKEN_INVALID');
});

test('many tokens of unknown keys share few renewals, and a higher generation is looked up before it is judged [R39]', async () => {
  const { feed, verifier } = await start();
  await callerOf(verifier, feed.token());
  const before = feed.renewals.length;
  const strange = await Promise.all(Array.from({ length: 500 }, () => ask(verifier, feed.token({ key: makeKey(id()) }))));
  expect(new Set(strange)).toEqual(new Set(['TOKEN_INVALID']));
  expect(feed.renewals.length - before).toBeLessThan(20);
  feed.generation = 2;
  feed.version += 1;
  expect(await ask(verifier, feed.token())).toBe('authenticated');
  expect(await ask(verifier, feed.token({ payload: { gen: 3 } }))).toBe('TOKEN_REVOKED');
  expect(await ask(verifier, feed.token({ payload: { gen: 1 } }))).toBe('TOKEN_REVOKED without its session');
});

test('only the algorithms that the service pins are accepted [R39]', async () => {
  const { feed, verifier } = await start({ algorithms: ['RS256'] });
  expect(await ask(verifier, feed.token())).toBe('TOKEN_INVALID');
});

test('a token whose row may be gone is refused by its age [R7] [R39]', async () => {
  const { feed, verifier } = await start({ clockToleranceSeconds: 60 });
  feed.prunedBefore = Date.now() + 60_000;
  feed.version += 1;
  const exp = Math.floor(Date.now() / 1000) + 30;
  feed.keys = [makeKey(id())];
  expect(await ask(verifier, feed.token({ payload: { exp } }))).toBe('TOKEN_EXPIRED');
});
