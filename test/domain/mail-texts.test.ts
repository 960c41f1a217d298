/** Mails quote text that a stranger has chosen only in a form in which nothing works: no link, no markup. */
import { expect, test } from 'vitest';
import { quote, sayDuration, sayEvent } from '../../src/features/mail/mail-phrases.js';
import { confirmEmailChange, newDevice, verifyEmail } from '../../src/features/mail/mail-texts.js';

const SITE = { appUrl: 'https://app.example.com/login' };
const AT = Date.UTC(2030, 0, 1, 12, 5, 59);
const HAPPENING = { origin: { ipAddress: '203.0.113.5', userAgent: null }, at: AT };

test.each([
  ['Mozilla/5.0 (X11; rv:133.0) Gecko/20100101', 'Mozilla/5.0 (X11; rv:133.0) Gecko/20100101'],
  ['https://evil.example.com/a?b=c', 'https[:]//evil[.]example[.]com/a?b=c'],
  ['www.evil.com', 'www[.]evil[.]com'],
  ['evil。com evil．com ｅｖｉｌ．ｃｏｍ', 'evil[.]com evil[.]com evil[.]com'],
  ['eve@evil.com', 'eve[at]evil[.]com'],
  ['bücher.ею', 'bücher[.]ею'],
  ['one\r\ntwo\u2028three\tfour\0five', 'one two three four five'],
  ['evil\u200b.\u200bcom \u202egnp.exe', 'evil . com gnp[.]exe'],
  ['\ud800', '\ufffd'],
  ['', ''],
  ['🦄'.repeat(120), '🦄'.repeat(120)],
  ['🦄'.repeat(121), `${'🦄'.repeat(120)}…`],
])('%j is quoted as %j', (text, expected) => {
  expect(quote(text)).toBe(expected);
});

test('durations and moments are said as people say them', () => {
  expect([60, 1_800, 3_600, 86_400].map(sayDuration)).toEqual(['1 minute', '30 minutes', '1 hour', '24 hours']);
  expect(sayEvent(HAPPENING)).toBe('from 203.0.113.5 on 2030-01-01 12:05 UTC');
  expect(sayEvent({ ...HAPPENING, origin: { ipAddress: null, userAgent: null } })).toBe('on 2030-01-01 12:05 UTC');
});

test('a letter is short lines of plain text that end', () => {
  const letters = [
    verifyEmail('ada@example.com', 'lkc_x', SITE),
    confirmEmailChange('ada@example.com', 'lkc_x', SITE, HAPPENING),
    newDevice('ada@example.com', { deviceName: 'a\nSubject: b', userAgent: null }, SITE, HAPPENING),
  ];
  for (const { to, subject, text } of letters) {
    expect(to).toBe('ada@example.com');
    expect(subject).toMatch(/^[A-Z][\w ]+ at app\.example\.com$/);
    expect(text).toMatch(/^[^\n]{20,}\n[\s\S]+[^\n]\n$/);
    expect(text).not.toMatch(/\n{3}|undefined|null|\[object/);
  }
});
