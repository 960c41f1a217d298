/** The work for a wrong password does not reveal who is registered: the same statements, in the same order. */
import { expect, test } from 'vitest';
import { startApp, type TestOptions } from '../support/app/start-app.js';
import { collectStatements } from '../support/database/statements.js';
import { makeUser } from '../support/mail/mail-app.js';
import { type Guess, guess, LIMITED, logInFrom, RIGHT, WRONG } from '../support/passwords/guessing.js';

const HOME = '192.0.2.1';
const ELSEWHERE = '198.51.100.1';
const KNOWN = 'known@example.com';
const DISABLED = 'disabled@example.com';
const UNKNOWN = 'nobody@example.com';

/** The known user and a now disabled one have logged in from this device before. */
async function start(settings: NonNullable<TestOptions['settings']> = {}) {
  const statements = collectStatements();
  const app = await startApp({ settings });
  for (const email of [KNOWN, DISABLED]) {
    await makeUser(app, email);
    expect(await logInFrom(app, HOME, email)).toBe(RIGHT);
  }
  await app.app.administration.disableUser({ user: DISABLED });
  const costOf = async (attempt: Guess) => {
    statements.length = 0;
    return { answer: await guess(app, attempt), statements: [...statements] };
  };
  return costOf;
}

test.each([
  ['from elsewhere', ELSEWHERE],
  ['from the address that the user logs in from', HOME],
])('a wrong password %s costs the same for an unknown, a known and a disabled user', async (_, from) => {
  const costOf = await start();
  const unknown = await costOf({ email: UNKNOWN, from });
  expect(unknown.answer).toBe(WRONG);
  expect(unknown.statements.length).toBeGreaterThan(3);
  expect(await costOf({ email: KNOWN, from })).toEqual(unknown);
  expect(await costOf({ email: DISABLED, from })).toEqual(unknown);
});

test.each([
  ['from elsewhere', ELSEWHERE],
  ['from the address that the user logs in from', HOME],
])('a refused guess %s costs the same for an unknown, a known and a disabled user, and writes nothing', async (_, from) => {
  const costOf = await start({ LOGIN_ATTEMPTS: '2' });
  const costs = [];
  for (const email of [UNKNOWN, KNOWN, DISABLED]) {
    for (let count = 0; count < 2; count += 1) expect((await costOf({ email, from })).answer).toBe(WRONG);
    costs.push(await costOf({ email, from }));
  }
  expect(costs[0]?.answer).toBe(LIMITED);
  expect(costs[0]?.statements.filter((statement) => !statement.startsWith('SELECT'))).toEqual([]);
  expect(costs).toEqual([costs[0], costs[0], costs[0]]);
});
