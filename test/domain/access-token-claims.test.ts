/** The rules for the claims of an access token, one by one. */
import { expect, test } from 'vitest';
import { isExpired, isNotYetValid, namesAudience, parseClaims } from '../../src/caller/access-token-claims.js';

const ID = 'AAAAAAAAAAAAAAAAAAAAA_';
const CLAIMS = {
  iss: 'latchkey',
  aud: 'latchkey',
  sub: ID,
  sid: 'BBBBBBBBBBBBBBBBBBBBB-',
  jti: 'C1234567890123456789zZ',
  iat: 1_000,
  exp: 1_900,
  client_id: 'latchkey',
  roles: ['ADMIN', 'USER'],
  gen: 1,
};

test('claims as this server issues them are read as they are', () => {
  expect(parseClaims(CLAIMS)).toEqual(CLAIMS);
  expect(parseClaims({ ...CLAIMS, nbf: 0 })).toEqual({ ...CLAIMS, nbf: 0 });
  expect(parseClaims({ ...CLAIMS, iat: 0, exp: 0, gen: 0, roles: [] })).toEqual({ ...CLAIMS, iat: 0, exp: 0, gen: 0, roles: [] });
});

test('a claim that this server does not know is left out', () => {
  expect(parseClaims({ ...CLAIMS, admin: true })).toEqual(CLAIMS);
});

test.each([null, undefined, 'text', 7, true, [], [CLAIMS]])('a payload that is no object is refused: %j', (payload) => {
  expect(parseClaims(payload)).toBe(null);
});

test.each(Object.keys(CLAIMS))('claims without %s are refused, and with null for it', (name) => {
  const { [name as 'iss']: _, ...rest } = CLAIMS;
  expect(parseClaims(rest)).toBe(null);
  expect(parseClaims({ ...CLAIMS, [name]: null })).toBe(null);
});

test.each(['sub', 'sid', 'jti'])('%s is 22 characters of base64url', (name) => {
  const bad = [
    '',
    ID.slice(1),
    `${ID}A`,
    ` ${ID.slice(1)}`,
    `${ID.slice(1)}+`,
    `${ID.slice(1)}/`,
    `${ID}\n`,
    `x${ID}`,
    22,
    [ID],
    { length: 22 },
  ];
  for (const value of bad) expect(parseClaims({ ...CLAIMS, [name]: value })).toBe(null);
});

test.each(['iat', 'exp', 'gen', 'nbf'])('%s is a whole number that is not negative', (name) => {
  for (const value of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '1000', true, [1]]) {
    expect(parseClaims({ ...CLAIMS, [name]: value })).toBe(null);
  }
});

test('the issuer is one text, the client is the only one there is', () => {
  for (const name of ['iss', 'client_id']) {
    for (const value of [['latchkey'], 7, {}, true]) expect(parseClaims({ ...CLAIMS, [name]: value })).toBe(null);
  }
  expect(parseClaims({ ...CLAIMS, client_id: 'other' })).toBe(null);
  expect(parseClaims({ ...CLAIMS, iss: 'other', aud: 'other' })).not.toBe(null);
});

test('the audience is one text, or a list of at least one', () => {
  for (const aud of [[], [7], [['latchkey']], ['latchkey', null], {}, { 0: 'latchkey' }, 7, true])
    expect(parseClaims({ ...CLAIMS, aud })).toBe(null);
  expect(parseClaims({ ...CLAIMS, aud: ['latchkey', 'orders'] })).toEqual({ ...CLAIMS, aud: ['latchkey', 'orders'] });
});

test('a token names an audience only by the whole name', () => {
  expect(namesAudience({ aud: 'orders' }, 'orders')).toBe(true);
  expect(namesAudience({ aud: ['latchkey', 'orders'] }, 'orders')).toBe(true);
  for (const aud of ['orders2', 'order', 'Orders', ['latchkey', 'orders2'], ['latchkey orders']])
    expect(namesAudience({ aud }, 'orders')).toBe(false);
});

test('roles are a list of texts', () => {
  for (const roles of ['ADMIN', { 0: 'ADMIN' }, [1], ['ADMIN', null], ['ADMIN', ['USER']]])
    expect(parseClaims({ ...CLAIMS, roles })).toBe(null);
});

test('a token expires at exp and the tolerance, not a millisecond before', () => {
  expect(isExpired({ exp: 1_900 }, 1_899_999, 0)).toBe(false);
  expect(isExpired({ exp: 1_900 }, 1_900_000, 0)).toBe(true);
  expect(isExpired({ exp: 1_900 }, 1_904_999, 5)).toBe(false);
  expect(isExpired({ exp: 1_900 }, 1_905_000, 5)).toBe(true);
  expect(isExpired({ exp: 1_900 }, 1_905_001, 5)).toBe(true);
});

test('iat and nbf may be ahead by the tolerance, not a millisecond more', () => {
  expect(isNotYetValid({ iat: 1_000 }, 1_000_000, 0)).toBe(false);
  expect(isNotYetValid({ iat: 1_000 }, 999_999, 0)).toBe(true);
  expect(isNotYetValid({ iat: 1_000 }, 995_000, 5)).toBe(false);
  expect(isNotYetValid({ iat: 1_000 }, 994_999, 5)).toBe(true);
  expect(isNotYetValid({ iat: 0, nbf: 1_000 }, 995_000, 5)).toBe(false);
  expect(isNotYetValid({ iat: 0, nbf: 1_000 }, 994_999, 5)).toBe(true);
  expect(isNotYetValid({ iat: 1_000, nbf: 0 }, 994_999, 5)).toBe(true);
});
