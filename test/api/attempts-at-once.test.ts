/** Attempts that are made at the same moment: each is counted against all of its budgets or against none. */
import { expect, test } from 'vitest';
import { startApp, type TestApp } from '../support/app/start-app.js';
import { makeDriverYield } from '../support/database/yielding-driver.js';
import { countsOf, guess, LIMITED, tally, WRONG } from '../support/passwords/guessing.js';

const HERE = '198.51.100.1';

const guessAtOnce = (app: TestApp, times: number) => Promise.all(Array.from({ length: times }, () => guess(app, { from: HERE })));

test('of a hundred attempts at once as many are checked as the budget has, and no other is counted anywhere', async () => {
  makeDriverYield();
  const app = await startApp({ settings: { LOGIN_ATTEMPTS: '7' } });
  expect(tally(await guessAtOnce(app, 100))).toEqual({ [WRONG]: 7, [LIMITED]: 93 });
  expect(countsOf(app)).toEqual({ USER_AND_ADDRESS: [7], USER: [7], ADDRESS: [7] });
});

test('the budget of the address is nearly used up by other users: what is refused is not counted for the user', async () => {
  makeDriverYield();
  const app = await startApp({ settings: { LOGIN_ATTEMPTS: '7', ADDRESS_ATTEMPTS: '10' } });
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) expect(await guess(app, { email: `${name}@example.com`, from: HERE })).toBe(WRONG);
  expect(tally(await guessAtOnce(app, 60))).toEqual({ [WRONG]: 4, [LIMITED]: 56 });
  const counts = countsOf(app);
  expect(counts.ADDRESS).toEqual([10]);
  for (const budget of ['USER', 'USER_AND_ADDRESS']) expect(counts[budget]).toEqual([1, 1, 1, 1, 1, 1, 4]);
});
