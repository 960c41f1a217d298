/** Which passwords may be chosen. */
import { expect, test } from 'vitest';
import { findPasswordFault, isTooLong } from '../../src/domain/password-policy.js';

const FIELD = ['input', 'password'];
const faultOf = async (password: string) => (await findPasswordFault(password, FIELD))?.code ?? 'none';

test.each([
  ['', 'PASSWORD_TOO_SHORT'],
  ['kx7qpwz', 'PASSWORD_TOO_SHORT'],
  ['kx7qpwzn', 'none'],
  ['🦄'.repeat(7), 'PASSWORD_TOO_SHORT'],
  ['🦄'.repeat(8), 'none'],
  ['x'.repeat(256), 'none'],
  ['x'.repeat(257), 'PASSWORD_TOO_LONG'],
  ['🦄'.repeat(256), 'none'],
  [`${'🦄'.repeat(256)}x`, 'PASSWORD_TOO_LONG'],
  ['x'.repeat(1_000_000), 'PASSWORD_TOO_LONG'],
  ['enough \ud800 characters', 'PASSWORD_INVALID'],
  ['password', 'PASSWORD_TOO_COMMON'],
  ['PASSWORD', 'PASSWORD_TOO_COMMON'],
  ['password ', 'none'],
  ['        ', 'none'],
])('%j: %s', async (password, code) => {
  expect(await faultOf(password)).toBe(code);
});

test('a fault says what to do, and where', async () => {
  expect(await findPasswordFault('short', FIELD)).toEqual({
    code: 'PASSWORD_TOO_SHORT',
    message: 'Use at least 8 characters.',
    field: FIELD,
  });
  expect(await findPasswordFault('x'.repeat(300), FIELD)).toEqual({
    code: 'PASSWORD_TOO_LONG',
    message: 'Use at most 256 characters.',
    field: FIELD,
  });
  for (const password of ['password', 'enough \udc00 characters']) {
    const fault = await findPasswordFault(password, FIELD);
    expect(fault?.message).toMatch(/\.$/);
    expect(fault?.field).toBe(FIELD);
  }
});

test('too long is said of more than 256 characters, however many units they take', () => {
  expect([isTooLong('x'.repeat(256)), isTooLong('x'.repeat(257))]).toEqual([false, true]);
  expect([isTooLong('🦄'.repeat(256)), isTooLong('🦄'.repeat(257))]).toEqual([false, true]);
  expect(isTooLong(`${'🦄'.repeat(255)}xx`)).toBe(true);
});
