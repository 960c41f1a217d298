/** Without a mail server, mails become files that only their owner can read, and the log says where. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import { expect, test } from 'vitest';
import { FileDelivery } from '../../src/features/mail/file-delivery.js';
import { collectLog } from '../support/app/collected-log.js';
import { makeFolder } from '../support/app/start-app.js';
import { testWorld } from '../support/app/test-world.js';
import { LETTER, SENDER } from '../support/mail/start-outbox.js';

const LETTER_OUT = { ...LETTER, id: 'AAAAAAAAAAAAAAAAAAAAAA', createdAt: new Date('2030-01-01T12:00:00Z') };
const NAME = '2030-01-01T12-00-00-000Z-AAAAAAAAAAAAAAAAAAAAAA.eml';

test('a letter becomes one file, 0600 in a folder 0700, however often it is tried', async () => {
  const folder = join(makeFolder(), 'mail');
  const { log, lines } = collectLog();
  const delivery = new FileDelivery(testWorld({ log }), { folder, from: SENDER });
  await delivery.deliver(LETTER_OUT);
  await delivery.deliver(LETTER_OUT);
  expect(readdirSync(folder)).toEqual([NAME]);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(statSync(join(folder, NAME)).mode & 0o777).toBe(0o600);
  const mail = await simpleParser(readFileSync(join(folder, NAME)));
  expect(mail).toMatchObject({ subject: LETTER.subject, text: LETTER.text, messageId: `<${LETTER_OUT.id}@example.com>` });
  expect(lines).toMatchObject([{ level: 30, path: join(folder, NAME) }, {}]);
});

test('the log has the path and neither address nor code', async () => {
  const { log, text } = collectLog();
  await new FileDelivery(testWorld({ log }), { folder: join(makeFolder(), 'mail'), from: SENDER }).deliver(LETTER_OUT);
  expect(text()).toContain('.eml');
  expect(text()).not.toMatch(/ada@|lkc_|A code/);
});

test('code and link stand in the file as they are, to be copied, and a mail program reads the same', async () => {
  const folder = join(makeFolder(), 'mail');
  const code = `lkc_${'a'.repeat(43)}`;
  const link = `http://localhost:4000/reset-password#code=${code}`;
  const text = `Somebody whose name is Åsa ${'has asked '.repeat(20)}\n\nOpen this page within 30 minutes:\n\n${link}\n\n${code}\n`;
  await new FileDelivery(testWorld(), { folder, from: SENDER }).deliver({ ...LETTER_OUT, text });
  const file = readFileSync(join(folder, NAME), 'utf8');
  expect(file).toContain(`\r\n${link}\r\n\r\n${code}\r\n`);
  expect((await simpleParser(file)).text).toBe(text);
});

test('a folder that can not be made is a failure that passes', async () => {
  const file = join(makeFolder(), 'file');
  writeFileSync(file, '');
  const delivery = new FileDelivery(testWorld(), { folder: join(file, 'mail'), from: SENDER });
  await expect(delivery.deliver(LETTER_OUT)).rejects.toMatchObject({ reason: 'ENOTDIR', isPermanent: false });
});

test('while DATA_DIR is away, no new one is made in its place', async () => {
  const home = makeFolder();
  const delivery = new FileDelivery(testWorld(), { folder: join(home, 'data', 'mail'), from: SENDER });
  await expect(delivery.deliver(LETTER_OUT)).rejects.toMatchObject({ reason: 'ENOENT', isPermanent: false });
  expect(readdirSync(home)).toEqual([]);
});
