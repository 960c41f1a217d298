/** The mails of a server without a mail server: it writes them to files for its operator to read. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import type { TestApp } from '../app/start-app.js';
import { waitForOutbox } from './mail-app.js';

/** The link in the only mail with this subject. */
export async function linkIn(app: TestApp, subject: RegExp): Promise<string> {
  await waitForOutbox(app);
  const folder = join(app.dataDir, 'mail');
  const letters = await Promise.all(readdirSync(folder).map((file) => simpleParser(readFileSync(join(folder, file)))));
  const [letter, ...others] = letters.filter((each) => subject.test(each.subject ?? ''));
  const link = letter?.text?.match(/https?:\/\/\S+/)?.[0];
  if (link === undefined || others.length > 0) throw new Error(`one mail was expected: ${letters.map((each) => each.subject)}`);
  return link;
}
