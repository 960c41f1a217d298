/** The text of refresh tokens: the family stays the same, the secret changes. */
import { createHash, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { makeRefreshToken, openSuccessor, parseRefreshToken, sealSuccessor, succeed } from '../../src/features/tokens/refresh-tokens.js';
import { SealBroken } from '../../src/lib/sealing.js';

const randomness = { bytes: randomBytes };
const sha256 = (text: string) => createHash('sha256').update(text).digest('base64url');
const token = makeRefreshToken(randomness);
const PAIR = { accessToken: 'a.b.c', accessTokenExpiresAt: 1_900_000, refreshToken: 'lkr_next' };

test('a token is a prefix, 128 bits of family and 256 bits of secret', () => {
  const asked: number[] = [];
  const { text } = makeRefreshToken({
    bytes: (count) => {
      asked.push(count);
      return Buffer.alloc(count, asked.length);
    },
  });
  expect(asked).toEqual([16, 32]);
  expect(text).toBe(`lkr_${Buffer.alloc(16, 1).toString('base64url')}${Buffer.alloc(32, 2).toString('base64url')}`);
  expect(text).toHaveLength(69);
});

test('the hashes are SHA-256 of the family and of the whole', () => {
  expect(token.familyHash).toBe(sha256(token.text.slice(4, 26)));
  expect(token.hash).toBe(sha256(token.text));
});

test('a successor has the same family and another secret', () => {
  const next = succeed(token, randomness);
  expect(next.familyHash).toBe(token.familyHash);
  expect(next.text.slice(0, 26)).toBe(token.text.slice(0, 26));
  expect(next.text.slice(26)).not.toBe(token.text.slice(26));
  expect(next.text).toHaveLength(69);
});

test('no two tokens have a family in common', () => {
  expect(new Set(Array.from({ length: 100 }, () => makeRefreshToken(randomness).familyHash)).size).toBe(100);
});

test('a token is parsed back to itself', () => {
  expect(parseRefreshToken(token.text)).toEqual(token);
});

test.each([
  '',
  'lkr_',
  token.text.slice(4),
  token.text.slice(0, -1),
  `${token.text}A`,
  ` ${token.text}`,
  `${token.text}\n`,
  `LKR_${token.text.slice(4)}`,
  `lkr-${token.text.slice(4)}`,
  `${token.text.slice(0, -1)}=`,
  `lkr_+${token.text.slice(5)}`,
  `${token.text.slice(0, -1)}/`,
])('a text that was never issued is not parsed: %j', (text) => {
  expect(parseRefreshToken(text)).toBe(null);
});

test('only the predecessor opens what it was answered with', () => {
  const sealed = sealSuccessor(PAIR, token, randomness);
  expect(openSuccessor(sealed, token)).toEqual(PAIR);
  expect(() => openSuccessor(sealed, succeed(token, randomness))).toThrow(SealBroken);
  expect(sealed).not.toContain(Buffer.from('lkr_next').toString('base64url').slice(0, 8));
});
