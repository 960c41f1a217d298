/** A sealed text opens only with the secret and the purpose that it was sealed with. */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { openSealed, SealBroken, seal } from '../src/lib/sealing.js';

const randomness = { bytes: randomBytes };
const SECRET = Buffer.from('a secret of at least 32 random bytes');
const sealed = seal('the text, ünïcode 🦄', SECRET, 'purpose', randomness);

test('what was sealed opens', () => {
  expect(openSealed(sealed, SECRET, 'purpose')).toBe('the text, ünïcode 🦄');
  expect(openSealed(seal('', SECRET, '', randomness), SECRET, '')).toBe('');
});

test('another secret or another purpose does not open it', () => {
  const attempts: [Buffer, string][] = [
    [Buffer.from('A secret of at least 32 random bytes'), 'purpose'],
    [Buffer.alloc(0), 'purpose'],
    [SECRET, 'purpose '],
    [SECRET, ''],
  ];
  for (const [secret, purpose] of attempts) {
    expect(() => openSealed(sealed, secret, purpose)).toThrow(SealBroken);
    expect(() => openSealed(sealed, secret, purpose)).toThrow(`What was sealed for ${purpose} does not open`);
  }
  expect(new SealBroken().name).toBe('SealBroken');
});

test('a change of any byte is noticed: nonce, tag and body', () => {
  const bytes = Buffer.from(sealed, 'base64url');
  for (let index = 0; index < bytes.length; index += 1) {
    const changed = Buffer.from(bytes);
    changed[index] = (changed[index] ?? 0) ^ 1;
    expect(() => openSealed(changed.toString('base64url'), SECRET, 'purpose')).toThrow(SealBroken);
  }
});

test('a shorter tag does not do, nor less than a nonce', () => {
  const bytes = Buffer.from(sealed, 'base64url');
  for (const length of [0, 1, 11, 12, 16, 20, 27, 28, bytes.length - 1]) {
    expect(() => openSealed(bytes.subarray(0, length).toString('base64url'), SECRET, 'purpose')).toThrow(SealBroken);
  }
});

test('the same text is sealed differently each time, in base64url', () => {
  const again = seal('the text, ünïcode 🦄', SECRET, 'purpose', randomness);
  expect(again).not.toBe(sealed);
  for (const text of [sealed, again]) expect(text).toMatch(/^[\w-]+$/);
});

test('the form is nonce, tag, body: 12, 16 and as many bytes as the text', () => {
  const fixed = { bytes: (count: number) => Buffer.alloc(count, 7) };
  const bytes = Buffer.from(seal('abc', SECRET, 'purpose', fixed), 'base64url');
  expect(bytes.subarray(0, 12)).toEqual(Buffer.alloc(12, 7));
  expect(bytes.length).toBe(12 + 16 + 3);
});
