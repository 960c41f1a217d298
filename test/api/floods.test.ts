/** Floods of anonymous requests: a logged-in user does not wait behind them. */
import { expect, test } from 'vitest';
import { startApp } from '../support/app/start-app.js';
import { guess, LIMITED, tally, WRONG } from '../support/passwords/guessing.js';
import { check } from '../support/postgresql/lease-nodes.js';
import { NameResolver } from '../support/resolvers/own-resolvers.js';

const FLOOD = 200;

/** How many requests of the flood were answered before the one request that came after it. */
async function countServedFirst(flood: readonly (() => Promise<unknown>)[], ask: () => Promise<unknown>): Promise<number> {
  let served = 0;
  const answers = flood.map((send) =>
    send().then(() => {
      served += 1;
    }),
  );
  await ask();
  const first = served;
  await Promise.all(answers);
  expect(served).toBe(flood.length);
  return first;
}

test.each([
  ['with no token', {}],
  ['with a token that was never good', { authorization: 'Bearer e30.e30.e30' }],
])('a read by somebody who is logged in overtakes a flood of strangers %s', async (_, headers) => {
  const app = await startApp({ resolvers: [NameResolver] });
  const { accessToken } = await app.register();
  const flood = Array.from({ length: FLOOD }, () => () => app.send('{ __typename }', { headers }));
  // This field needs no database: a database wait would give turns to anonymous requests.
  const first = await countServedFirst(flood, async () => expect(await check(app, accessToken)).toBe('ok'));
  expect(first).toBeLessThan(FLOOD / 10);
});

test('strangers are served one after another, in the order in which they came', async () => {
  const app = await startApp();
  const served: number[] = [];
  await Promise.all(Array.from({ length: FLOOD }, (_, index) => app.send('{ __typename }').then(() => served.push(index))));
  expect(served).toEqual(served.toSorted((a, b) => a - b));
});

test('a flood of 500 logins at once is answered to the last one, and those logged in are let in as before', async () => {
  const app = await startApp();
  const { accessToken } = await app.register();
  const logins = Array.from({ length: 500 }, (_, index) => () => guess(app, { email: `user-${index % 50}@example.com` }));
  const answers: string[] = [];
  const flood = logins.map((send) => async () => answers.push(await send()));
  const first = await countServedFirst(flood, async () => expect(await app.ask(accessToken)).toBe('ok'));
  expect(first).toBeLessThan(50);
  const counts = tally(answers);
  expect(Object.keys(counts).sort()).toEqual([WRONG, LIMITED].sort());
  expect(counts[WRONG]).toBeLessThanOrEqual(100);
});
