/** How mails reach a mail server: encrypted and logged in where it requires that, and as one mail per receiver. */
import { expect, test } from 'vitest';
import { DeliveryFailed } from '../../src/features/mail/delivery.js';
import { parseMailbox } from '../../src/features/mail/mail.js';
import { SMTP_TIMEOUTS, SmtpDelivery } from '../../src/features/mail/smtp-delivery.js';
import { startMailServer } from '../support/mail/mail-server.js';
import { LETTER, SENDER } from '../support/mail/start-outbox.js';

const LETTER_OUT = { ...LETTER, id: 'AAAAAAAAAAAAAAAAAAAAAA', createdAt: new Date('2030-01-01T12:00:00Z') };
const patient = AbortSignal.timeout(60_000);
const WITH_TLS = { disabledCommands: [] };
/** No authority has signed the certificate of the test server. */
const ANY_CERTIFICATE = '?tls.rejectUnauthorized=false';

function deliver(url: string, letter = LETTER_OUT, timeouts = SMTP_TIMEOUTS, signal = patient) {
  return new SmtpDelivery({ smtpUrl: url, from: SENDER, timeouts }).deliver(letter, signal);
}

const withLogin = (url: string, password = 'open%20sesame') => url.replace('//', `//mailer:${password}@`);

test('a letter is one plain-text mail that says who sends it, to whom, and that a machine wrote it', async () => {
  const mails = await startMailServer();
  await deliver(mails.url);
  const { parsed, ...mail } = await mails.next();
  expect(mail).toMatchObject({ ...LETTER, from: SENDER.address, messageId: `<${LETTER_OUT.id}@example.com>`, isEncrypted: false });
  expect(parsed.from?.value).toEqual([SENDER]);
  expect(parsed.date).toEqual(LETTER_OUT.createdAt);
  expect(parsed.headers.get('auto-submitted')).toBe('auto-generated');
  expect(parsed.headers.get('content-type')).toMatchObject({ value: 'text/plain' });
  expect(parsed.headers.has('x-mailer')).toBe(false);
  expect(parsed.attachments).toEqual([]);
});

test('STARTTLS is used where it is offered', async () => {
  const mails = await startMailServer(WITH_TLS);
  await deliver(mails.url + ANY_CERTIFICATE);
  expect(await mails.next()).toMatchObject({ isEncrypted: true });
});

test('where STARTTLS is offered with a certificate that does not fit, nothing is sent', async () => {
  const mails = await startMailServer(WITH_TLS);
  await expect(deliver(mails.url)).rejects.toMatchObject({ name: 'DeliveryFailed', isPermanent: false });
  expect(mails.received).toEqual([]);
});

test('smtps: is encrypted from the start', async () => {
  const mails = await startMailServer({ secure: true });
  const url = mails.url.replace('smtp:', 'smtps:');
  await deliver(url + ANY_CERTIFICATE);
  expect(await mails.next()).toMatchObject({ isEncrypted: true });
  await expect(deliver(url)).rejects.toThrow(DeliveryFailed);
});

test.each(['LOGIN', 'PLAIN', 'CRAM-MD5'])('it logs in with %s', async (method) => {
  const mails = await startMailServer({ ...WITH_TLS, authMethods: [method], authOptional: false });
  await deliver(withLogin(mails.url) + ANY_CERTIFICATE);
  expect(await mails.next()).toMatchObject({ isEncrypted: true, user: 'mailer' });
});

test('a password crosses no network in clear, unless the operator asks for it', async () => {
  const mails = await startMailServer({ allowInsecureAuth: true, authOptional: false });
  const elsewhere = withLogin(mails.url).replace('127.0.0.1', '0.0.0.0');
  await expect(deliver(elsewhere)).rejects.toMatchObject({ isPermanent: false });
  expect(mails.received).toEqual([]);
  await deliver(`${elsewhere}?requireTLS=false`);
  expect(await mails.next()).toMatchObject({ isEncrypted: false, user: 'mailer' });
  await deliver(withLogin(mails.url));
  expect(mails.received).toHaveLength(2);
});

test('no address and no subject can add a header or a receiver', async () => {
  const mails = await startMailServer();
  await deliver(mails.url, { ...LETTER_OUT, subject: 'A code\r\nBcc: eve@example.com\r\n\r\nHello' });
  const { parsed, ...mail } = await mails.next();
  expect(mail).toMatchObject({ to: LETTER.to, subject: 'A code Bcc: eve@example.com Hello', text: LETTER.text });
  expect(parsed.bcc).toBe(undefined);
  for (const to of ['ada@example.com>\r\nRCPT TO:<eve@example.com', 'ada@example.com\r\nBcc: eve@example.com', 'a<eve@example.com>']) {
    await expect(deliver(mails.url, { ...LETTER_OUT, to }), to).rejects.toMatchObject({ isPermanent: true });
  }
  expect(mails.received).toHaveLength(1);
});

test.each([
  ['"ada,eve"@example.org', '"ada,eve"@example.org'],
  ["o'hara+x%y@example.org", "o'hara+x%y@example.org"],
  ['ädä@example.com', 'ädä@example.com'],
  ['ada@bücher.example', 'ada@bücher.example'],
])('the odd address %s is one receiver', async (to, expected) => {
  const mails = await startMailServer();
  await deliver(mails.url, { ...LETTER_OUT, to });
  expect((await mails.next()).to).toBe(expected);
});

test('text of any kind arrives as it was', async () => {
  const mails = await startMailServer();
  const text = `.\n.dot first\n${'x'.repeat(500)} https://app.example.com/reset-password#code=lkc_${'a'.repeat(43)}\nünï 🦄\n`;
  await deliver(mails.url, { ...LETTER_OUT, text, subject: 'ünï 🦄' });
  expect(await mails.next()).toMatchObject({ text, subject: 'ünï 🦄' });
});

test('a server that greets nobody, or goes silent, costs no more than the time-outs', async () => {
  const timeouts = { ...SMTP_TIMEOUTS, greetingTimeout: 50, socketTimeout: 50 };
  const mails = await startMailServer();
  mails.mood = 'hang';
  await expect(deliver(mails.url, LETTER_OUT, timeouts)).rejects.toMatchObject({ reason: 'ETIMEDOUT', isPermanent: false });
});

test('a delivery under way can be given up', async () => {
  const mails = await startMailServer();
  mails.mood = 'hang';
  const stop = new AbortController();
  const delivering = deliver(mails.url, LETTER_OUT, SMTP_TIMEOUTS, stop.signal);
  while (mails.connections === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  stop.abort();
  await expect(delivering).rejects.toMatchObject({ reason: 'EABORT', isPermanent: false });
});

test('a rehearsal connects and logs in, hands over no mail, fails where a delivery would, and can be given up', async () => {
  const mails = await startMailServer({ allowInsecureAuth: true });
  const rehearse = (url: string, { letter = LETTER_OUT, signal = patient } = {}) =>
    new SmtpDelivery({ smtpUrl: url, from: SENDER, timeouts: SMTP_TIMEOUTS }).rehearse(letter, signal);
  await rehearse(withLogin(mails.url));
  expect([mails.connections, mails.received.length]).toEqual([1, 0]);
  await expect(rehearse(withLogin(mails.url, 'wrong'))).rejects.toMatchObject({ reason: 'EAUTH 535 AUTH PLAIN', isPermanent: false });
  await expect(rehearse(mails.url, { letter: { ...LETTER_OUT, to: 'a\nb@example.com' } })).rejects.toMatchObject({ isPermanent: true });
  await expect(rehearse(mails.url, { signal: AbortSignal.abort() })).rejects.toMatchObject({ reason: 'EABORT', isPermanent: false });
  await mails.goDown();
  await expect(rehearse(mails.url)).rejects.toMatchObject({ reason: 'ECONNREFUSED', isPermanent: false });
});

test('whether the server answers, and lets us in, can be asked without a letter', async () => {
  const mails = await startMailServer({ allowInsecureAuth: true });
  const examine = (url: string) => new SmtpDelivery({ smtpUrl: url, from: SENDER, timeouts: SMTP_TIMEOUTS }).examine();
  expect(await examine(withLogin(mails.url))).toEqual({ isReady: true, found: 'the mail server answers', advice: '' });
  expect(await examine(withLogin(mails.url, 'wrong'))).toMatchObject({ isReady: false, found: expect.stringContaining('EAUTH 535') });
  await mails.goDown();
  expect(await examine(mails.url)).toEqual({
    isReady: false,
    found: 'the mail server does not take mails (ECONNREFUSED)',
    advice: 'Look at SMTP_URL and at the mail server.',
  });
});

test('MAIL_FROM is an address, with a name or without', () => {
  expect(parseMailbox('login@example.com')).toEqual({ name: '', address: 'login@example.com' });
  expect(parseMailbox('Example, Inc. "x" <login@example.com>')).toEqual({ name: 'Example, Inc. "x"', address: 'login@example.com' });
});
