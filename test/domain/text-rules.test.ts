/** Emails, names and User-Agents: which ones are accepted, and how they are compared. */
import { expect, test } from 'vitest';
import { emailKeyOf, fitUserAgent, isEmailAddress, isName } from '../../src/lib/text-rules.js';

test.each(['ada@example.com', 'ada+tag@sub.example.co', 'zoë@example.com', 'ADA@EXAMPLE.COM', 'a@b.example'])(
  '%s is an address',
  (text) => {
    expect(isEmailAddress(text)).toBe(true);
  },
);

test.each([
  '',
  'ada',
  '@example.com',
  'ada@',
  'ada@example',
  'a da@example.com',
  'ada@example.com ',
  'ada\ud800@example.com',
  'ada@exa mple.com',
  // Line breaks and terminal sequences, which a quoted local part may contain.
  '"a\r\nRCPT TO:<x@example.com>"@example.com',
  '"\u001b[2J"@example.com',
  // Addresses that look like those of another user.
  'ada\u200b@example.com',
  'ada@exa\u200bmple.com',
  'ada\u00ad@example.com',
  'ada\u202e@example.com',
  'ada\u2003@example.com',
  'ada\u2028@example.com',
  'ada\ufe0f@example.com',
  'ada\u3164@example.com',
])('%j is none', (text) => {
  expect(isEmailAddress(text)).toBe(false);
});

test('an address has at most 254 characters', () => {
  const domain = (length: number) => `${'d'.repeat(60)}.${'e'.repeat(60)}.${'f'.repeat(60)}.${'g'.repeat(length)}.example`;
  const address = (length: number) => `ada@${domain(length - 195)}`;
  expect(address(254)).toHaveLength(254);
  expect(isEmailAddress(address(254))).toBe(true);
  expect(isEmailAddress(address(255))).toBe(false);
});

test('addresses that look alike have one key', () => {
  expect(emailKeyOf('\ufb01nn@Example.COM')).toBe('finn@example.com');
  expect(emailKeyOf('zoe\u0308@example.com')).toBe(emailKeyOf('ZO\u00cb@example.com'));
  expect(emailKeyOf('zoe@example.com')).not.toBe(emailKeyOf('zo\u00eb@example.com'));
});

test('a name has 1 to 200 characters, well-formed, without control characters', () => {
  for (const name of ['A', 'x'.repeat(200), 'Zoë van der Berg', '李', ' ']) expect(isName(name)).toBe(true);
  for (const name of ['', 'x'.repeat(201), '\ud800', 'a\0', '\n', 'a\u001f', 'a\u007f', 'a\u0080', 'a\u009fb', 'a\u2028', '\u2029b']) {
    expect(isName(name)).toBe(false);
  }
  for (const name of ['a\u0020', 'a\u00a0b', 'a~']) expect(isName(name)).toBe(true);
});

test('a User-Agent is made to fit', () => {
  expect(fitUserAgent('Browser/1.0 (X11; Linux)')).toBe('Browser/1.0 (X11; Linux)');
  expect(fitUserAgent('a\tb\0c\u0085d')).toBe('a b c d');
  expect(fitUserAgent('a\ud800b')).toBe('a\ufffdb');
  expect(fitUserAgent('x'.repeat(600))).toBe('x'.repeat(512));
  expect(fitUserAgent('')).toBe('');
});
