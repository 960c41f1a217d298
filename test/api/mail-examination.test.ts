/** The findings of `latchkey doctor` about mail. */
import { expect, test } from 'vitest';
import { startApp, type TestApp } from '../support/app/start-app.js';
import { startMailServer } from '../support/mail/mail-server.js';

const settingsFor = (url: string) => ({ SMTP_URL: url, MAIL_FROM: 'login@example.com', APP_URL: 'https://app.example.com' });

async function examineMail({ app }: TestApp) {
  const outcome = await app.administration.examine();
  return outcome.kind === 'done' ? outcome.result.find(({ check }) => check === 'mail') : undefined;
}

test('without a mail server mails go into files, and that is right', async () => {
  const app = await startApp();
  expect(await examineMail(app)).toEqual({
    check: 'mail',
    isRight: true,
    found: `mails are written to ${app.dataDir}/mail; none waits`,
    advice: 'For mails that reach somebody set SMTP_URL.',
  });
});

test('a mail server that does not answer is wrong', async () => {
  const mails = await startMailServer();
  const app = await startApp({ settings: settingsFor(mails.url) });
  expect(await examineMail(app)).toMatchObject({ isRight: true, found: 'the mail server answers; none waits', advice: '' });
  await mails.goDown();
  expect(await examineMail(app)).toMatchObject({ isRight: false, found: 'the mail server does not take mails (ECONNREFUSED); none waits' });
});
