/** The list of common passwords, which attackers try first. */
import { dictionary } from '@zxcvbn-ts/language-common';
import { expect, test } from 'vitest';
import { commonPasswords } from '../../src/features/passwords/common-passwords.js';

const common = await commonPasswords();

test('the list has the number of passwords that docs/passwords.md states', () => {
  const list = dictionary['passwords-common'];
  expect(list.length).toBe(49_233);
  expect(list.filter((password) => [...password].length >= 8).length).toBe(17_950);
  expect(list.every((password) => common.has(password))).toBe(true);
});

test.each(['password', 'PassWord', 'ｑｗｅｒｔｙ', '123456'])('%j is on the list, whatever its case and width', (password) => {
  expect(common.has(password)).toBe(true);
});

test.each(['00000000', 'zzzzzzzzzzz', '12121212', 'abcabcab', '1qaz1qaz1', 'qwertyqwerty', 'PasswordPassword', '🦄🦄🦄🦄🦄🦄🦄🦄'])(
  '%j is one thing again and again',
  (password) => {
    expect(common.has(password)).toBe(true);
  },
);

test.each(['87654321', '987654321', '0123456789', '0987654321', 'abcdefgh', 'zyxwvuts', 'zxcvbnm,', 'poiuytre', 'qsdfghjklm'])(
  '%j is a walk along the alphabet or the keyboard',
  (password) => {
    expect(common.has(password)).toBe(true);
  },
);

test.each(['abcdabce', 'abcdefgi', 'kx7qpwznkx7qpwzn', 'zyxabc', '987651234', 'correct horse'])('%j is not common', (password) => {
  expect(common.has(password)).toBe(false);
});
