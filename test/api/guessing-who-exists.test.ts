/** What guesses tell about who is registered: nothing, in any order, from any address, not even from one that the user logs in from. */
import { expect, test } from 'vitest';
import { startApp, type TestApp } from '../support/app/start-app.js';
import { collectStatements } from '../support/database/statements.js';
import { makeUser } from '../support/mail/mail-app.js';
import { guess, guessOften, LIMITED, logInFrom, RIGHT, WRONG } from '../support/passwords/guessing.js';

const HOME = '192.0.2.1';
const KNOWN = 'known@example.com';
const DISABLED = 'disabled@example.com';
const UNKNOWN = 'nobody@example.com';
const elsewhere = (index: number) => `198.51.100.${index}`;

/** `HOME` is a usual address of the known user and of one that is disabled now. The budget `USER` has ten attempts. */
async function start(): Promise<TestApp> {
  const app = await startApp({ settings: { LOGIN_ATTEMPTS: '2', ADDRESS_ATTEMPTS: '10000' } });
  for (const email of [KNOWN, DISABLED]) {
    await makeUser(app, email);
    expect(await logInFrom(app, HOME, email)).toBe(RIGHT);
  }
  await app.app.administration.disableUser({ user: DISABLED });
  return app;
}

async function answerTo(app: TestApp, email: string, from: string, password = 'not the password'): Promise<string> {
  const answer = await app.send('mutation($input: LoginInput!) { login(input: $input) { accessToken userErrors { code message } } }', {
    variables: { input: { email, password } },
    from,
  });
  return `${answer.text} ${answer.headers['retry-after']}`;
}

test('when many addresses have used up the guesses, the address of the user tells nothing: one answer, and the same work', async () => {
  const statements = collectStatements();
  const app = await start();
  const costs: unknown[] = [];
  for (const email of [UNKNOWN, KNOWN, DISABLED]) {
    expect(await guessOften(app, 10, (index) => ({ email, from: elsewhere(index % 5) }))).toEqual({ [WRONG]: 10 });
    for (const from of [HOME, elsewhere(9)]) {
      // The second one uses up the budget of the address, and the third is refused before the password is looked at.
      for (let count = 0; count < 3; count += 1) {
        statements.length = 0;
        costs.push({ from: from === HOME, count, answer: await answerTo(app, email, from), statements: [...statements] });
      }
    }
  }
  const [unknown, known, disabled] = [costs.slice(0, 6), costs.slice(6, 12), costs.slice(12)];
  expect(JSON.stringify(unknown)).toContain(LIMITED);
  expect(JSON.stringify(unknown)).not.toContain(WRONG);
  expect(known).toEqual(unknown);
  expect(disabled).toEqual(unknown);
});

test.each([1, 2, 3, 4, 5])('guesses in any order, from any address, at any time, are answered alike (sequence %i)', async (seed) => {
  const app = await start();
  let state = seed * 7_919;
  const next = (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
  const answers: Record<string, string[]> = { [UNKNOWN]: [], [KNOWN]: [], [DISABLED]: [] };
  for (let step = 0; step < 60; step += 1) {
    const from = next(3) === 0 ? HOME : elsewhere(next(8));
    for (const [email, told] of Object.entries(answers)) told.push(await answerTo(app, email, from));
    if (next(10) === 0) app.clock.advance(next(900));
  }
  expect(answers[KNOWN]).toEqual(answers[UNKNOWN]);
  expect(answers[DISABLED]).toEqual(answers[UNKNOWN]);
  expect(new Set(answers[UNKNOWN]?.map((answer) => answer.includes(LIMITED)))).toEqual(new Set([true, false]));
});

test('the logins of the user change nothing of what a guess is answered, not even when to try again', async () => {
  const app = await start();
  const answers: Record<string, string[]> = { [UNKNOWN]: [], [KNOWN]: [] };
  for (const email of [UNKNOWN, KNOWN]) {
    app.clock.advance(15 * 60);
    for (let count = 0; count < 14; count += 1) {
      if (email === KNOWN && count % 3 === 0) expect(await logInFrom(app, HOME, KNOWN)).toBe(RIGHT);
      app.clock.advance(7);
      answers[email]?.push(await answerTo(app, email, elsewhere(count)));
    }
  }
  expect(answers[KNOWN]).toEqual(answers[UNKNOWN]);
  expect(answers[UNKNOWN]?.at(-1)).toContain(LIMITED);
});

test('the right password is refused at a new address and accepted at a usual one, also if it comes while others guess', async () => {
  const app = await start();
  await guessOften(app, 9, (index) => ({ email: KNOWN, from: elsewhere(index % 5) }));
  const both = await Promise.all([
    logInFrom(app, HOME, KNOWN),
    guess(app, { email: KNOWN, from: elsewhere(6) }),
    logInFrom(app, HOME, KNOWN),
  ]);
  expect([both[0], both[2]]).toEqual([RIGHT, RIGHT]);
  await guessOften(app, 2, (index) => ({ email: KNOWN, from: elsewhere(7 + index) }));
  expect(await logInFrom(app, elsewhere(20), KNOWN)).toBe(LIMITED);
  expect(await logInFrom(app, HOME, KNOWN)).toBe(RIGHT);
});
