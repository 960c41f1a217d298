/** A user who is deleted while a code is made for them: the client gets an ordinary answer, not a server error. */
import { expect, test } from 'vitest';
import { createPauses, makeDriverYield } from '../support/database/yielding-driver.js';
import { makeLoggedIn, startMailApp } from '../support/mail/mail-app.js';
import { act } from '../support/mutations/mutations.js';

const ROUNDS = Number(process.env.TEST_RACE_ROUNDS ?? 40);

test('who is deleted while asking for a code is answered like somebody who is not there', { timeout: 120_000 }, async () => {
  makeDriverYield();
  const { app } = await startMailApp({ settings: { ADDRESS_ATTEMPTS: '1000' } });
  const delay = createPauses(24);
  const answers = new Set<string>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const email = `user${round}@example.com`;
    const { accessToken: token } = await makeLoggedIn(app, email);
    const verify = async () => {
      const { errors } = await app.send('mutation { requestEmailVerification { userErrors { code } } }', { token });
      return String(errors?.[0]?.extensions.code ?? 'ok');
    };
    const [, reset, verified] = await Promise.all([
      delay().then(() => app.app.administration.deleteUser({ user: email })),
      delay().then(() => act(app, 'requestPasswordReset', { email })),
      delay().then(verify),
    ]);
    expect(reset).toBe('ok');
    answers.add(verified);
  }
  expect([...answers].filter((answer) => !['ok', 'UNAUTHENTICATED'].includes(answer))).toEqual([]);
});
