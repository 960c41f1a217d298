/** Ids that people may have to type. */
import { expect, test } from 'vitest';
import { freshId } from '../../src/lib/ambient.js';

test('an id never begins with a hyphen, which a command line would take for an option', () => {
  const draws = [0xfb, 0xf8, 0x41].map((byte) => Buffer.alloc(16, byte));
  expect(draws.map((draw) => draw.toString('base64url')[0])).toEqual(['-', '-', 'Q']);
  expect(freshId({ bytes: () => draws.shift() as Buffer })).toBe(Buffer.alloc(16, 0x41).toString('base64url'));
});
