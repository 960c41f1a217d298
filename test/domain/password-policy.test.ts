/** The passwords that a user may choose. */
import { expect, test } from 'vitest';
import { isTooLong, type PasswordOwner, PasswordPolicy } from '../../src/features/passwords/password-policy.js';
import { PwnedPasswords } from '../../src/features/passwords/pwned-passwords.js';
import { testWorld } from '../support/app/test-world.js';

const FIELD = ['input', 'password'];
const LONGEST = 'correct horse battery staple... '.repeat(8);
const ADA: PasswordOwner = { email: 'ada.lovelace@analytical.example', name: 'Augusta Ada King' };
const OFF = { isOn: false, url: '', whenDown: 'allow' } as const;
const world = testWorld({ config: { issuer: 'https://login.acme.example', pwnedPasswords: OFF } });
const policy = new PasswordPolicy(world, { pwnedPasswords: new PwnedPasswords(world) });
const faultOf = async (password: string, owner = ADA) => (await policy.findFault(password, owner, FIELD))?.code ?? 'none';

test.each([
  ['', 'PASSWORD_TOO_SHORT'],
  ['kx7qpwz', 'PASSWORD_TOO_SHORT'],
  ['kx7qpwzn', 'none'],
  ['🦄'.repeat(7), 'PASSWORD_TOO_SHORT'],
  ['🦄🐉🐎🦖🐢🐍🦎🐊', 'none'],
  [LONGEST, 'none'],
  [`${LONGEST}x`, 'PASSWORD_TOO_LONG'],
  ['🦄🐉🐎🦖🐢🐍🦎🐊'.repeat(32), 'none'],
  [`${'🦄🐉🐎🦖🐢🐍🦎🐊'.repeat(32)}x`, 'PASSWORD_TOO_LONG'],
  ['x'.repeat(1_000_000), 'PASSWORD_TOO_LONG'],
  ['enough \ud800 characters', 'PASSWORD_INVALID'],
  ['password', 'PASSWORD_TOO_COMMON'],
  ['PASSWORD', 'PASSWORD_TOO_COMMON'],
  ['ｐａｓｓｗｏｒｄ', 'PASSWORD_TOO_COMMON'],
  ['password ', 'none'],
  ['        ', 'PASSWORD_TOO_COMMON'],
])('%j: %s', async (password, code) => {
  expect(await faultOf(password)).toBe(code);
});

test('seven letters with seven accents are seven characters, however they are composed', async () => {
  expect(await faultOf('éèêëéèê'.normalize('NFD'))).toBe('PASSWORD_TOO_SHORT');
  expect(await faultOf('éèêëéèêx'.normalize('NFD'))).toBe('none');
});

test.each([
  'Ada.Lovelace1815',
  'ada.lovelace',
  'LOVELACE!!!!!!!!',
  'l0v3l4c3-2026',
  'lov-el-ace 1815',
  'Lóvelàce1815',
  'ａｄａｌｏｖｅｌａｃｅ',
  'augusta1815',
  'KingAugusta',
  'AdaAdaAda1815',
  'analytical#1',
  'latchkey2026!',
  'L4tchk3y2026!',
  'latchkeylatchkey',
  'latchkey-acme',
  'acme-login-99',
  'lovelace123456',
  'Password-Lovelace',
])('%j is too personal for Ada', async (password) => {
  expect(await faultOf(password)).toBe('PASSWORD_TOO_PERSONAL');
});

test.each(['correct latchkey battery staple', 'adamant zebra crossing', 'kingfisher over pond', 'Canada-moose-77', 'x7!ada-Kq2vv'])(
  '%j holds a personal word and enough beside it',
  async (password) => {
    expect(await faultOf(password)).toBe('none');
  },
);

test('another user may have the password that is too personal for Ada', async () => {
  expect(await faultOf('Ada.Lovelace1815', { email: 'eve@mail.test' })).toBe('none');
  expect(await faultOf('Ada.Lovelace1815', { email: 'eve@mail.test', name: null })).toBe('none');
});

test('names of one or two letters forbid nothing, and may be written as one word', async () => {
  const al = { email: 'al@x.io', name: 'Al B' };
  for (const password of ['always-aloof', 'palatial', 'xxx-io-al-al']) expect(await faultOf(password, al)).toBe('none');
  expect(await faultOf('al.b-2026', al)).toBe('PASSWORD_TOO_PERSONAL');
});

test('names in any script are found', async () => {
  expect(await faultOf('Лавлейс1815', { email: 'x@y.example', name: 'Ада ЛАВЛЕЙС' })).toBe('PASSWORD_TOO_PERSONAL');
  expect(await faultOf('山田太郎2026!', { email: 'x@y.example', name: '山田太郎' })).toBe('PASSWORD_TOO_PERSONAL');
});

test('an email or a name of any length is judged, by its beginning', async () => {
  const long = { email: `ada.lovelace@${'x.'.repeat(50_000)}`, name: `Augusta ${'King '.repeat(50_000)}` };
  expect(await faultOf('lovelace-augusta-king', long)).toBe('PASSWORD_TOO_PERSONAL');
  expect(await faultOf('correct horse battery', long)).toBe('none');
});

test('a fault says what to do, and where', async () => {
  expect(await policy.findFault('short', ADA, FIELD)).toEqual({
    code: 'PASSWORD_TOO_SHORT',
    message: 'Use at least 8 characters.',
    field: FIELD,
  });
  expect(await policy.findFault('x'.repeat(300), ADA, FIELD)).toEqual({
    code: 'PASSWORD_TOO_LONG',
    message: 'Use at most 256 characters.',
    field: FIELD,
  });
  for (const password of ['password', 'enough \udc00 characters', 'ada.lovelace']) {
    const fault = await policy.findFault(password, ADA, FIELD);
    expect(fault?.message).toMatch(/\.$/);
    expect(fault?.field).toBe(FIELD);
  }
});

test('too long is said of more than 256 characters, however many units they take', () => {
  expect([isTooLong('x'.repeat(256)), isTooLong('x'.repeat(257))]).toEqual([false, true]);
  expect([isTooLong('🦄'.repeat(256)), isTooLong('🦄'.repeat(257))]).toEqual([false, true]);
  expect(isTooLong(`${'🦄'.repeat(255)}xx`)).toBe(true);
  // "ᾂ" decomposes into four code points.
  expect([isTooLong('ᾂ'.repeat(256).normalize('NFD')), isTooLong('ᾂ'.repeat(257).normalize('NFD'))]).toEqual([false, true]);
});
