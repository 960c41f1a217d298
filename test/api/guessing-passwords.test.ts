/** Guessing passwords: after a number of wrong ones the server does not check even the right one for a while. */
import { afterEach, expect, test, vi } from 'vitest';
import { PASSWORD } from '../support/app/requests.js';
import { startApp } from '../support/app/start-app.js';
import { guess, guessOften, LIMITED, logInFrom, RIGHT, WRONG } from '../support/passwords/guessing.js';

const HOME = '192.0.2.1';
const elsewhere = (index: number) => `198.51.100.${index}`;

afterEach(() => void vi.useRealTimers());

test('after ten wrong passwords the right one is refused as well, and the answer says for how long', async () => {
  const app = await startApp();
  await app.register();
  expect(await guessOften(app, 12)).toEqual({ [WRONG]: 10, [LIMITED]: 2 });
  expect(await guess(app, { password: PASSWORD })).toBe(LIMITED);
  const { data, errors, status } = await app.send(
    `mutation { login(input: { email: "ada@example.com", password: "${PASSWORD}" }) { accessToken } }`,
  );
  expect([status, data]).toEqual([200, { login: null }]);
  expect(errors?.[0]).toMatchObject({
    message: 'Too many attempts. Try again later.',
    extensions: { code: LIMITED, retryAfter: 900 },
  });
});

test('when retryAfter has passed the right password is good again, and a wrong one counts from the start', async () => {
  const app = await startApp();
  await app.register();
  await guessOften(app, 10);
  app.clock.advance(899);
  expect(await guess(app, { password: PASSWORD })).toBe(LIMITED);
  app.clock.advance(1);
  expect(await guess(app, { password: PASSWORD })).toBe(RIGHT);
  expect(await guessOften(app, 11)).toEqual({ [WRONG]: 10, [LIMITED]: 1 });
});

test('a right password is no guess, however often it is shown, at once or one after another', async () => {
  const app = await startApp({ settings: { LOGIN_ATTEMPTS: '3', ADDRESS_ATTEMPTS: '3' } });
  await app.register();
  expect(await guessOften(app, 20, () => ({ password: PASSWORD }))).toEqual({ [RIGHT]: 20 });
  expect(await guessOften(app, 3)).toEqual({ [WRONG]: 3 });
  expect(await guess(app, { password: PASSWORD })).toBe(LIMITED);
});

test('the counts survive a restart', async () => {
  const app = await startApp();
  await app.register();
  await guessOften(app, 7);
  expect(await guessOften(await app.restart(), 5)).toEqual({ [WRONG]: 3, [LIMITED]: 2 });
});

test('from many addresses together there are fifty guesses, and the user still gets in from the usual one', async () => {
  const app = await startApp();
  await app.register();
  expect(await logInFrom(app, HOME)).toBe(RIGHT);
  expect(await guessOften(app, 100, (index) => ({ from: elsewhere(index) }))).toEqual({ [WRONG]: 50, [LIMITED]: 50 });
  expect(await logInFrom(app, elsewhere(200))).toBe(LIMITED);
  expect(await logInFrom(app, HOME)).toBe(RIGHT);
  // A wrong password gets the answer that it gets everywhere, and ten of them use up the budget of this address.
  expect(await guessOften(app, 10, () => ({ from: HOME }))).toEqual({ [LIMITED]: 10 });
  expect(await logInFrom(app, HOME)).toBe(LIMITED);
  app.clock.advance(15 * 60);
  expect(await guessOften(app, 12, () => ({ from: HOME }))).toEqual({ [WRONG]: 10, [LIMITED]: 2 });
});

test('the address of the registration is a usual one too', async () => {
  const app = await startApp();
  await app.register();
  await guessOften(app, 50, (index) => ({ from: elsewhere(index) }));
  expect(await logInFrom(app, HOME)).toBe(LIMITED);
  expect(await guess(app, { password: PASSWORD })).toBe(RIGHT);
});

test('a user who does not exist is counted like one who does', async () => {
  const app = await startApp({ settings: { ADDRESS_ATTEMPTS: '1000' } });
  await app.register();
  for (const next of [() => ({ from: HOME }), (index: number) => ({ from: elsewhere(index) })]) {
    const known = await guessOften(app, 60, next);
    expect(await guessOften(app, 60, (index) => ({ ...next(index), email: 'nobody@example.com' }))).toEqual(known);
  }
});
