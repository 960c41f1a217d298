/** The spellings of one mailbox: those that mean one address get one form, and those that may mean another one get none. */
import { expect, test } from 'vitest';
import { mailboxKeyOf, storedKeysOf, toEmailAddress, trimPasted } from '../../src/lib/email-address.js';

const SPELLINGS: Readonly<Record<string, readonly string[]>> = {
  'ada@example.com': [
    'ada@example.com',
    'ada@EXAMPLE.com',
    ' ada@example.com',
    'ada@example.com ',
    'ada@example.com\t\r\n',
    'ada@example.com\u00a0',
    '\u3000ada@example.com\u2003',
    '\ufeffada@example.com\u200b',
    '\u200dada@example.com\u2060\u00ad',
    '\u202aada@example.com\u202c',
    'ada@example.com.',
    'ada@example.com. ',
    '<ada@example.com>',
    ' < ada@example.com > ',
    'mailto:ada@example.com',
    'MAILTO:ada@example.com',
    '"ada"@example.com',
    '"a\\da"@example.com',
    'ada\uff20example.com',
    'ada\ufe6bexample.com',
    'ada@example\uff0ecom',
    'ada@example\u3002com',
    'ada@example\uff61com',
    '\uff41\uff44\uff41\uff20\uff45\uff58\uff41\uff4d\uff50\uff4c\uff45\uff0e\uff43\uff4f\uff4d',
  ],
  'ada@xn--bcher-kva.example': [
    'ada@bücher.example',
    'ada@BÜCHER.example',
    'ada@bu\u0308cher.example',
    'ada@xn--bcher-kva.example',
    'ada@XN--BCHER-KVA.EXAMPLE',
    'ada@bücher.example.',
  ],
  'ada@xn--fa-hia.example': ['ada@faß.example', 'ada@xn--fa-hia.example'],
  'ada@xn--r8jz45g.jp': ['ada@例え.jp', 'ada@例え。jp', 'ada＠例え．ｊｐ'],
  'zoë@example.com': ['zoë@example.com', 'zoe\u0308@example.com', '"zoë"@example.com'],
  '"a@b"@example.com': ['"a@b"@example.com', '"\\a\\@b"@example.com'],
};

test.each(Object.entries(SPELLINGS).flatMap(([address, spellings]) => spellings.map((spelling) => [spelling, address] as const)))(
  '%j is %s',
  (spelling, address) => {
    expect(toEmailAddress(spelling)).toBe(address);
    expect(mailboxKeyOf(spelling)).toBe(mailboxKeyOf(address));
    expect(storedKeysOf(spelling)[0]).toBe(mailboxKeyOf(address));
  },
);

test.each([
  '',
  ' ',
  'ada',
  '@example.com',
  'ada@',
  'ada@.',
  'ada@example',
  'ada@example.com..',
  'ada@.example.com',
  'ada@example..com',
  'ada@-example.com',
  'ada@exa_mple.com',
  'ada@xn--a.example',
  'ada@127.0.0.1',
  'ada@0x7f.1',
  'ada@[127.0.0.1]',
  'ada@%65xample.com',
  'ada@example.com/path',
  'ada@example.com?subject=x',
  'ada@example.com:25',
  'ada@example.com#x',
  'ada @example.com',
  'ada@ example.com',
  'ada@exa mple.com',
  'ada\u00a0lovelace@example.com',
  'a\u200bda@example.com',
  'ada@exam\u200bple.com',
  'ada@exam\u00adple.com',
  'ada\u202e@example.com',
  'ada(work)@example.com',
  'ada@(work)example.com',
  'ada@example.com (Ada)',
  'Ada <ada@example.com>',
  '"Ada" <ada@example.com>',
  'eve@example.com <ada@example.com>',
  '<ada@example.com',
  '<<ada@example.com>>',
  '<ada@example.com> <eve@example.com>',
  'ada@example.com, eve@example.com',
  'ada@example.com;eve@example.com',
  'ada@eve@example.com',
  'ada@example.com\r\nBcc: eve@example.com',
  'ada\0@example.com',
  'ada@example.com\0',
  '\u001bada@example.com',
  'mailto:ada%40example.com',
  'mailto:ada%2Btag@example.com',
  'mailto:mailto:ada@example.com',
  'mailto:ada@example.com?bcc=eve@example.com',
  'ada\ud800@example.com',
  `${'a'.repeat(65)}@example.com`,
  `ada@${'a.'.repeat(500)}com`,
])('%j means no address for certain', (text) => {
  expect(toEmailAddress(text)).toBeNull();
});

test('a user whose stored address has no form any more is found under the old key, and other texts find nobody', () => {
  expect(storedKeysOf('Ada@xn--a.example')).toEqual(['ada@xn--a.example']);
  for (const text of ['', 'ada', 'Ada <ada@example.com>', 'ada@example.com, eve@example.com']) expect(storedKeysOf(text)).toEqual([]);
});

test('a long text costs little', () => {
  const blanks = `a${' '.repeat(1_000_000)}a`;
  expect(trimPasted(blanks)).toBe(blanks);
  expect(toEmailAddress(blanks)).toBeNull();
});

test('an address that has its form keeps it', () => {
  for (const address of Object.keys(SPELLINGS)) expect(toEmailAddress(address)).toBe(address);
});

test('addresses that look alike are compared as one, and others are not', () => {
  for (const [one, other] of [
    ['ada@example.com', 'ADA@example.com'],
    ['\ufb01nn@example.com', 'FINN@example.com'],
    ['ΟΔΟΣ@example.com', 'οδος@example.com'],
    ['ΟΔΟΣ@example.com', 'οδοσ@example.com'],
    ['\u212aelvin@example.com', 'kelvin@example.com'],
  ] as const) {
    expect(mailboxKeyOf(one)).toBe(mailboxKeyOf(other));
  }
  expect(mailboxKeyOf('ada@faß.example')).not.toBe(mailboxKeyOf('ada@fass.example'));
  expect(mailboxKeyOf('a.da@example.com')).not.toBe(mailboxKeyOf('ada@example.com'));
  expect(mailboxKeyOf('ada+tag@example.com')).not.toBe(mailboxKeyOf('ada@example.com'));
});

test('the keys of an address include those that earlier versions have stored', () => {
  expect(storedKeysOf('Ada@xn--bcher-kva.example')).toContain('ada@bücher.example');
  expect(storedKeysOf('Ada@bücher.example')).toContain('ada@xn--bcher-kva.example');
  expect(storedKeysOf('Ada@bücher.example')).toContain('ada@bücher.example');
  expect(storedKeysOf('ada@example.com')).toContain('"ada"@example.com');
});

test('what is pasted loses what stands unseen at its ends, and nothing within', () => {
  expect(trimPasted('\ufeff lkc_a b\u200b\r\n')).toBe('lkc_a b');
});
