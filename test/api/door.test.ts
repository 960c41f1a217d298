/** The door as a matrix: every token that must not open it, tried on a public field, an authorized one and `login` [R1]. */
import { expect, test } from 'vitest';
import { ACCEPTED, denied, type Forge, knock, openForge, STRANGER } from '../support/tokens/door.js';
import { encode, signWithPublicKeyAsSecret } from '../support/tokens/forging.js';

type Rows = Record<string, (forge: Forge) => string | string[] | undefined>;

/** One server for all rows of a table; a failure names its row. */
async function expectAll(rows: Rows, expected: ReturnType<typeof denied>, settings = {}): Promise<void> {
  const forge = await openForge(settings);
  for (const [row, authorizationOf] of Object.entries(rows)) {
    expect.soft(await knock(forge.app, authorizationOf(forge)), row).toEqual(expected);
  }
}

const bearer = (tokenOf: (forge: Forge) => string) => (forge: Forge) => `Bearer ${tokenOf(forge)}`;

test('a genuine token is accepted, also when it was signed again with the key of the server [R1]', async () => {
  const rows: Rows = {
    genuine: bearer(({ token }) => token),
    'signed again': bearer(({ sign }) => sign({})),
    'lower-case scheme': ({ token }) => `bearer ${token}`,
    'upper-case scheme': ({ token }) => `BEARER ${token}`,
    'two spaces': ({ token }) => `Bearer  ${token}`,
    'nbf reached': bearer(({ sign, payload }) => sign({ payload: { nbf: payload.iat } })),
    'a claim that nobody asked for': bearer(({ sign }) => sign({ payload: { note: 'x' } })),
  };
  await expectAll(rows, ACCEPTED);
});

test('without a bearer token the caller is anonymous, and public fields answer [R1]', async () => {
  const rows: Rows = {
    'no header': () => undefined,
    'another scheme': () => 'Basic YWRhOmFkYQ==',
    'another scheme with our token': ({ token }) => `DPoP ${token}`,
    'the bare token': ({ token }) => token,
    'a scheme that begins alike': ({ token }) => `BearerToken ${token}`,
    'an empty header': () => '',
  };
  await expectAll(rows, denied('TOKEN_MISSING'));
});

test('what is not a token of ours is invalid, whatever it looks like [R1]', async () => {
  const rows: Rows = {
    'scheme alone': () => 'Bearer',
    'scheme and spaces': () => 'Bearer   ',
    garbage: () => 'Bearer garbage',
    'three dots of nothing': () => 'Bearer ..',
    'four parts': bearer(({ token }) => `${token}.x`),
    'two parts': bearer(({ token }) => token.slice(0, token.lastIndexOf('.'))),
    'no signature': bearer(({ token }) => token.slice(0, token.lastIndexOf('.') + 1)),
    'signature cut short': bearer(({ token }) => token.slice(0, -4)),
    'signature of zeros': bearer(({ token }) => `${token.slice(0, token.lastIndexOf('.'))}.${'A'.repeat(86)}`),
    'payload of another user': bearer(({ token, payload }) => {
      const [header, , signature] = token.split('.');
      return `${header}.${encode(JSON.stringify({ ...payload, sub: 'A'.repeat(22) }))}.${signature}`;
    }),
    'text behind a space': bearer(({ token }) => `${token} ${token}`),
    'a comma and a second token': bearer(({ token }) => `${token}, Bearer ${token}`),
    'more than 4 KB, rightly signed': bearer(({ sign }) => sign({ payload: { note: 'x'.repeat(4_096) } })),
    'refresh token': bearer(({ refreshToken }) => refreshToken),
    'two headers, the same': ({ token }) => [`Bearer ${token}`, `Bearer ${token}`],
    'two headers, the first right': ({ token }) => [`Bearer ${token}`, 'Bearer garbage'],
    'two headers, the second right': ({ token }) => ['Basic x', `Bearer ${token}`],
  };
  await expectAll(rows, denied('TOKEN_INVALID'));
});

test('the algorithm and the key are ours to choose, not the header’s [R1]', async () => {
  const headerOnly = (header: object) => (forge: Forge) => `Bearer ${forge.sign({ header })}`;
  const unsigned = (alg: string) => (forge: Forge) =>
    `Bearer ${encode(JSON.stringify({ ...forge.header, alg }))}.${encode(JSON.stringify(forge.payload))}.`;
  const hmac = (changes: object) => (forge: Forge) =>
    `Bearer ${signWithPublicKeyAsSecret(forge.key, { ...forge.header, ...changes }, forge.payload)}`;
  const rows: Rows = {
    'HS256 with the public key': hmac({ alg: 'HS256' }),
    'HMAC under the name ES256': hmac({}),
    none: unsigned('none'),
    'NONE in capitals': unsigned('NONE'),
    'no signature under ES256': unsigned('ES256'),
    'none with a signature': headerOnly({ alg: 'none' }),
    'RS256 in the header': headerOnly({ alg: 'RS256' }),
    'ES384 in the header': headerOnly({ alg: 'ES384' }),
    'lower-case alg': headerOnly({ alg: 'es256' }),
    'no alg': headerOnly({ alg: undefined }),
    'alg as a list': headerOnly({ alg: ['ES256'] }),
    'the key of a stranger under our kid': bearer(({ sign }) => sign({ key: STRANGER })),
    'the key of a stranger under its own kid': bearer(({ sign }) => sign({ key: STRANGER, header: { kid: STRANGER.kid } })),
    'unknown kid': headerOnly({ kid: STRANGER.kid }),
    'no kid': headerOnly({ kid: undefined }),
    'kid as a list': (forge) => `Bearer ${forge.sign({ header: { kid: [forge.key.kid] } })}`,
    'kid of a prototype': headerOnly({ kid: '__proto__' }),
    'an embedded key': (forge) => `Bearer ${forge.sign({ key: STRANGER, header: { jwk: STRANGER.privateKey.export({ format: 'jwk' }) } })}`,
    'an embedded key beside the right signature': headerOnly({ jwk: {} }),
    'the address of a key': headerOnly({ jku: 'http://127.0.0.1/jwks.json' }),
    'a certificate': headerOnly({ x5c: ['x'] }),
    'an extension that must be understood': headerOnly({ crit: ['exp'] }),
    'a critical list that is empty': headerOnly({ crit: [] }),
    'an unencoded payload': headerOnly({ b64: false }),
    'a compressed payload': headerOnly({ zip: 'DEF' }),
    'typ of any JWT': headerOnly({ typ: 'JWT' }),
    'typ of an ID token': headerOnly({ typ: 'id+jwt' }),
    'typ in capitals': headerOnly({ typ: 'AT+JWT' }),
    'no typ': headerOnly({ typ: undefined }),
    'header null': bearer(({ signText }) => signText({ header: 'null' })),
    'header a list': bearer(({ signText }) => signText({ header: '[]' })),
    'header not JSON': bearer(({ signText }) => signText({ header: 'x' })),
  };
  await expectAll(rows, denied('TOKEN_INVALID'));
});

test('with RS256 the same confusions are refused [R1]', async () => {
  const rows: Rows = {
    'HS256 with the public key': (forge) =>
      `Bearer ${signWithPublicKeyAsSecret(forge.key, { ...forge.header, alg: 'HS256' }, forge.payload)}`,
    'ES256 in the header': (forge) => `Bearer ${forge.sign({ header: { alg: 'ES256' } })}`,
    'an elliptic key under our kid': (forge) => `Bearer ${forge.sign({ key: STRANGER })}`,
    'an elliptic key that says so': (forge) => `Bearer ${forge.sign({ key: STRANGER, header: { alg: 'ES256' } })}`,
  };
  await expectAll(rows, denied('TOKEN_INVALID'), { SIGNING_ALG: 'RS256' });
  await expectAll({ genuine: bearer(({ token }) => token), 'signed again': bearer(({ sign }) => sign({})) }, ACCEPTED, {
    SIGNING_ALG: 'RS256',
  });
});

test('every claim is present and of its type, or the token is invalid [R1]', async () => {
  const required = ['iss', 'aud', 'sub', 'sid', 'jti', 'iat', 'exp', 'client_id', 'roles', 'gen'];
  const without = required.map((claim): [string, Rows[string]] => [
    `no ${claim}`,
    bearer(({ sign }) => sign({ payload: { [claim]: undefined } })),
  ]);
  const wrong: [string, unknown][] = [
    ['iss', 'https://elsewhere.example'],
    ['iss', ['latchkey']],
    ['aud', 'elsewhere'],
    ['aud', []],
    ['aud', ['elsewhere', 'latchkey2']],
    ['aud', [['latchkey']]],
    ['aud', ['latchkey', 7]],
    ['client_id', 'elsewhere'],
    ['sub', 12],
    ['sub', ''],
    ['sid', null],
    ['sid', 'x'],
    ['jti', ['x']],
    ['jti', `${'A'.repeat(22)}\n`],
    ['iat', '1893499200'],
    ['iat', 1893499200.5],
    ['exp', '1893500100'],
    ['exp', -1],
    ['exp', null],
    ['exp', [1893500100]],
    ['exp', 1893500100.5],
    ['nbf', '0'],
    ['nbf', null],
    ['roles', 'ADMIN'],
    ['roles', [1]],
    ['gen', '1'],
    ['gen', -1],
  ];
  const spoilt = wrong.map(([claim, value]): [string, Rows[string]] => [
    `${claim} ${JSON.stringify(value)}`,
    bearer(({ sign }) => sign({ payload: { [claim]: value } })),
  ]);
  const texts = ['null', '[]', '"ada"', '12', 'true', '', 'x', '{'].map((payload): [string, Rows[string]] => [
    `payload ${payload}`,
    bearer(({ signText }) => signText({ payload })),
  ]);
  const infinite: Rows = {
    'exp 1e400': bearer(({ signText, payload }) => signText({ payload: JSON.stringify(payload).replace(/"exp":\d+/, '"exp":1e400') })),
    'payload a list of the claims': bearer(({ signText, payload }) => signText({ payload: JSON.stringify([payload]) })),
  };
  await expectAll({ ...Object.fromEntries([...without, ...spoilt, ...texts]), ...infinite }, denied('TOKEN_INVALID'));
});

test('a token in the address is no token [R1]', async () => {
  const { app, token } = await openForge();
  const headers = { 'apollo-require-preflight': 'yes' };
  for (const name of ['access_token', 'token', 'authorization']) {
    const url = `/graphql?query=${encodeURIComponent('{ me { id } }')}&${name}=${token}`;
    const { errors } = (await app.app.server.inject({ url, headers })).json();
    expect.soft(errors[0].extensions, name).toEqual({ code: 'UNAUTHENTICATED', reason: 'TOKEN_MISSING' });
  }
});
