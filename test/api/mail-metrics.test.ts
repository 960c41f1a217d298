/** The figures of /metrics do not tell who is registered, also while the mail server takes no mail. */
import { expect, test } from 'vitest';
import { EMAIL } from '../support/app/requests.js';
import type { TestApp } from '../support/app/start-app.js';
import { makeUser, startMailApp, waitForOutbox } from '../support/mail/mail-app.js';
import type { MailServerMood } from '../support/mail/mail-server.js';
import { act } from '../support/mutations/mutations.js';

async function readMetric({ app }: TestApp, name: string): Promise<number> {
  const { payload } = await app.metrics.inject({ url: '/metrics' });
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(payload)?.[1]);
}

test.each([EMAIL, 'nobody@example.com'])(
  'while the mail server defers every receiver, the mail to %s waits and is counted',
  async (email) => {
    const { app, mails } = await startMailApp();
    await makeUser(app);
    mails.mood = 'defer';
    expect(await act(app, 'requestPasswordReset', { email })).toBe('ok');
    const tries = () => {
      // The wait for the next try begins when the first one has ended.
      app.clock.advance(2);
      return new Set(mails.receivers).has(email) && mails.receivers.length;
    };
    await expect.poll(tries, { timeout: 60_000 }).toBeGreaterThan(1);
    await expect.poll(() => readMetric(app, 'latchkey_mails_waiting'), { timeout: 60_000 }).toBe(1);
  },
);

test.each<[string, MailServerMood, number]>([
  [EMAIL, 'refuse', 0],
  ['nobody@example.com', 'refuse', 0],
  [EMAIL, 'take', 1],
  ['nobody@example.com', 'take', 0],
])('the mail to %s is named to a mail server that answers “%s”, and then it is gone', async (email, mood, received) => {
  const { app, mails } = await startMailApp();
  await makeUser(app);
  mails.mood = mood;
  expect(await act(app, 'requestPasswordReset', { email })).toBe('ok');
  await waitForOutbox(app);
  expect(mails.receivers).toEqual([email]);
  expect(mails.received).toHaveLength(received);
});
