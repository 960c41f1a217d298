/** Passwords made of public facts about their user are refused wherever a user chooses a password. */
import { expect, test } from 'vitest';
import { PASSWORD } from '../support/app/requests.js';
import { startApp } from '../support/app/start-app.js';
import { mutate, userErrorsOf } from '../support/mutations/mutations.js';

const ADA = { email: 'ada.lovelace@analytical.example', name: 'Augusta King', password: PASSWORD };

test.each(['Ada.Lovelace1815', 'analytical-99', 'Augusta K1ng', 'latchkey2026!', 'hello-acme-42'])(
  '%j is refused at registration as PASSWORD_TOO_PERSONAL',
  async (password) => {
    const app = await startApp({ settings: { ISSUER: 'https://hello.acme.example' } });
    const { data } = await mutate(app, 'register', { ...ADA, password }, 'accessToken userErrors { code field }');
    expect(data.register).toEqual({ accessToken: null, userErrors: [{ code: 'PASSWORD_TOO_PERSONAL', field: ['input', 'password'] }] });
  },
);

test('a password with a personal word and enough beside it is taken', async () => {
  const app = await startApp();
  const answer = await mutate(app, 'register', { ...ADA, password: 'correct latchkey battery ada' }, 'userErrors { code }');
  expect(userErrorsOf(answer, 'register')).toBe('ok');
});

test('a password is not changed to a personal one', async () => {
  const app = await startApp();
  const { data } = await mutate(app, 'register', ADA, 'accessToken userErrors { code }');
  const change = { currentPassword: PASSWORD, newPassword: 'Augusta1815' };
  const answer = await mutate(app, 'changePassword', change, 'userErrors { code field }', data.register.accessToken);
  expect(answer.data.changePassword.userErrors).toEqual([{ code: 'PASSWORD_TOO_PERSONAL', field: ['input', 'newPassword'] }]);
});

test('an operator can’t set a personal one either, and an unknown user is told as such', async () => {
  const { app } = await startApp();
  const created = await app.administration.createUser(ADA);
  if (created.kind === 'failed') throw new Error('not made');
  const faultOf = async (user: string, password: string) => {
    const outcome = await app.administration.resetPassword({ user, password });
    return outcome.kind === 'failed' ? outcome.failures.map(({ code }) => code) : [];
  };
  expect(await faultOf(created.result.id, 'lovelace1815')).toEqual(['PASSWORD_TOO_PERSONAL']);
  expect(await faultOf(created.result.id, 'lovely analytical engine')).toEqual([]);
  expect(await faultOf('nobody', 'lovelace1815')).toEqual(['NOT_FOUND']);
});
