/** A server that sends its mails to the test's mail server, and the actions of a reader of those mails. */
import type { Environment } from '../../../src/config/config.js';
import { EMAIL, PASSWORD, type Tokens } from '../app/requests.js';
import { startApp, type TestApp, type TestOptions } from '../app/start-app.js';
import { userErrorsOf } from '../mutations/mutations.js';
import { type MailServer, type ReceivedMail, startMailServer } from './mail-server.js';

export const APP_URL = 'https://app.example.com/login';

export interface MailApp {
  readonly app: TestApp;
  readonly mails: MailServer;
}

export function mailSettings(mails: MailServer): Environment {
  return { SMTP_URL: mails.url, MAIL_FROM: 'Example <login@example.com>', APP_URL };
}

export async function startMailApp({ settings, ...options }: TestOptions = {}): Promise<MailApp> {
  const mails = await startMailServer();
  return { app: await startApp({ ...options, settings: { ...mailSettings(mails), ...settings } }), mails };
}

/** A user created by an operator, so that no mail is sent. */
export async function makeUser({ app }: TestApp, email = EMAIL): Promise<string> {
  const made = await app.administration.createUser({ email, password: PASSWORD });
  if (made.kind === 'failed') throw new Error(`no user: ${made.failures[0]?.code}`);
  return made.result.id;
}

export async function makeLoggedIn(app: TestApp, email = EMAIL): Promise<Tokens> {
  await makeUser(app, email);
  return app.login(email);
}

export async function requestVerification(app: TestApp, token: string): Promise<string> {
  return userErrorsOf(
    await app.send('mutation { requestEmailVerification { userErrors { code } } }', { token }),
    'requestEmailVerification',
  );
}

/**
 * Follows the link in a mail. Returns the page it leads to and the code that the page receives, which the text of the mail also contains.
 */
export function followLink({ text }: ReceivedMail): { page: string; code: string } {
  const [link, ...others] = text.match(/https?:\/\/\S+/g) ?? [];
  if (link === undefined || others.length > 0) throw new Error(`one link was expected: ${text}`);
  const { origin, pathname, hash, search } = new URL(link);
  const code = new URLSearchParams(hash.slice(1)).get('code') ?? '';
  const bare = text.match(/^lkc_[\w-]{43}$/gm);
  if (bare?.join() !== code || search !== '') throw new Error(`the code should stand in the fragment, and alone: ${text}`);
  return { page: `${origin}${pathname}`, code };
}

export async function nextCode(mails: MailServer): Promise<string> {
  return followLink(await mails.next()).code;
}

/** Waits until the outbox has delivered or dropped everything that was queued. */
export async function waitForOutbox({ app }: TestApp): Promise<void> {
  for (;;) {
    const examined = await app.administration.examine();
    const mail = examined.kind === 'done' ? examined.result.find(({ check }) => check === 'mail') : undefined;
    if (mail?.found.endsWith('none waits')) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
