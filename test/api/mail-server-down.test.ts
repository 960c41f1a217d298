/** An unreachable mail server fails no mutation and changes no answer; the mails arrive when it is back. */
import { expect, test } from 'vitest';
import { makeAdministrator } from '../support/app/administrators.js';
import { EMAIL, PASSWORD, type Tokens } from '../support/app/requests.js';
import type { TestApp } from '../support/app/start-app.js';
import { makeUser, startMailApp, waitForOutbox } from '../support/mail/mail-app.js';
import { act } from '../support/mutations/mutations.js';

const NEW = 'a wholly new passphrase';

interface Cast {
  readonly app: TestApp;
  readonly user: Tokens;
  readonly userId: string;
  readonly admin: Tokens;
}

test.each<[string, (cast: Cast) => Promise<unknown>, string, string]>([
  [
    'register',
    ({ app }) => act(app, 'register', { email: 'new@example.com', password: NEW }),
    'new@example.com',
    'Confirm your registration',
  ],
  ['register with a taken address', ({ app }) => act(app, 'register', { email: EMAIL, password: NEW }), EMAIL, 'You are registered'],
  ['requestPasswordReset', ({ app }) => act(app, 'requestPasswordReset', { email: EMAIL }), EMAIL, 'Reset your password'],
  [
    'requestEmailVerification',
    async ({ app, user }) =>
      (await app.send('mutation { requestEmailVerification { userErrors { code } } }', { token: user.accessToken })).errors ?? 'ok',
    EMAIL,
    'Verify your address',
  ],
  [
    'requestEmailChange',
    ({ app, user }) => act(app, 'requestEmailChange', { newEmail: 'new@example.com' }, user.accessToken),
    'new@example.com',
    'Confirm your new address',
  ],
  [
    'changePassword',
    ({ app, user }) => act(app, 'changePassword', { currentPassword: PASSWORD, newPassword: NEW }, user.accessToken),
    EMAIL,
    'Your password at',
  ],
  [
    'requirePasswordReset',
    ({ app, userId, admin }) => act(app, 'requirePasswordReset', { userId }, admin.accessToken),
    EMAIL,
    'Choose a new password',
  ],
  [
    'login from a new device',
    async ({ app }) => {
      const login = `mutation { login(input: { email: "${EMAIL}", password: "${PASSWORD}" }) { accessToken } }`;
      return (await app.send(login, { headers: { 'user-agent': 'Another Browser' } })).errors ?? 'ok';
    },
    EMAIL,
    'A new device',
  ],
])('%s', async (_, run, to, subject) => {
  const { app, mails } = await startMailApp();
  const userId = await makeUser(app);
  const cast = { app, userId, user: await app.login(), admin: await makeAdministrator(app) };
  await mails.goDown();
  expect(await run(cast)).toBe('ok');
  await app.app.close();
  await mails.comeUp();
  const restarted = await app.restart();
  restarted.clock.advance(60);
  await waitForOutbox(restarted);
  expect(mails.received).toMatchObject([{ to, subject: expect.stringContaining(subject) }]);
});
