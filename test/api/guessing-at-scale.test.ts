/** Patient guessing at scale: ten thousand guesses from many addresses on many accounts never exceed the budgets. */
import { afterEach, expect, test, vi } from 'vitest';
import { EMAIL, PASSWORD } from '../support/app/requests.js';
import { startApp, type TestApp } from '../support/app/start-app.js';
import { guess, guessOften, LIMITED, logInFrom, RIGHT, tally, tryInOneDocument, WRONG } from '../support/passwords/guessing.js';

const GUESSES = 10_000;
const PER_DOCUMENT = 15;
/** How many documents are under way at once. */
const AT_ONCE = 20;
const HOME = '192.0.2.1';
const ATTACKER = '198.51.100.1';
const manyAddresses = (index: number) => `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;

afterEach(() => void vi.useRealTimers());

/** Sends documents full of wrong passwords. After each round an uninvolved user does what users do. */
async function guessThousands(
  app: TestApp,
  from: (document: number) => string,
  afterRound: () => Promise<void>,
): Promise<Record<string, number>> {
  const answers: string[] = [];
  const documents = Math.ceil(GUESSES / PER_DOCUMENT);
  for (let first = 0; first < documents; first += AT_ONCE) {
    const round = Array.from({ length: Math.min(AT_ONCE, documents - first) }, (_, index) =>
      tryInOneDocument(app, Array<string>(PER_DOCUMENT).fill('not the password'), { from: from(first + index) }),
    );
    answers.push(...(await Promise.all(round)).flat());
    await afterRound();
  }
  expect(answers.length).toBeGreaterThanOrEqual(GUESSES);
  return tally(answers);
}

test.each([
  ['one address', () => ATTACKER, 10],
  ['many addresses', manyAddresses, 50],
])(
  'of 10,000 guesses from %s against one user so many are made as the budget has, and the user comes and goes',
  { timeout: 600_000 },
  async (_, from, budget) => {
    const app = await startApp();
    await app.register();
    expect(await logInFrom(app, HOME)).toBe(RIGHT);
    const counts = await guessThousands(app, from, async () => expect(await logInFrom(app, HOME)).toBe(RIGHT));
    expect(counts).toEqual({ [WRONG]: budget, [LIMITED]: expect.any(Number) });
    // The attacker's address stays limited until the window ends; after an attack from everywhere, so does every new one.
    const late = from(1);
    app.clock.advance(899);
    expect(await logInFrom(app, late)).toBe(LIMITED);
    app.clock.advance(1);
    expect(await logInFrom(app, late)).toBe(RIGHT);
  },
);

test('the next window has as many guesses as the first, not one more', async () => {
  const app = await startApp();
  await app.register();
  for (let window = 0; window < 3; window += 1) {
    expect(await guessOften(app, 15, () => ({ from: ATTACKER }))).toEqual({ [WRONG]: 10, [LIMITED]: 5 });
    app.clock.advance(900);
  }
});

test('of 100 guesses at once ten are made', async () => {
  const app = await startApp();
  await app.register();
  const answers = await Promise.all(Array.from({ length: 100 }, () => guess(app, { from: ATTACKER })));
  expect(tally(answers)).toEqual({ [WRONG]: 10, [LIMITED]: 90 });
});

test('one password tried on many users from one address: a hundred, and then none, not even the right one; others are not hindered', async () => {
  const app = await startApp();
  await app.register();
  const spray = (index: number) => ({ from: ATTACKER, email: `user-${index}@example.com`, password: 'Summer, 2026!' });
  expect(await guessOften(app, 150, spray)).toEqual({ [WRONG]: 100, [LIMITED]: 50 });
  expect(await logInFrom(app, ATTACKER)).toBe(LIMITED);
  expect(await logInFrom(app, HOME)).toBe(RIGHT);
});

test('users who log in from the address of an attacker use up nothing of its budget, and give nothing back to it', async () => {
  const app = await startApp({ settings: { ADDRESS_ATTEMPTS: '20' } });
  await app.register();
  const answers: string[] = [];
  for (let index = 0; index < 30; index += 1) {
    answers.push(await guess(app, { from: ATTACKER, email: `user-${index}@example.com` }));
    if (index < 19) expect(await logInFrom(app, ATTACKER)).toBe(RIGHT);
  }
  expect(tally(answers)).toEqual({ [WRONG]: 20, [LIMITED]: 10 });
});

test('each field of a document counts, in the order in which they stand there, and the right password comes too late', async () => {
  const app = await startApp();
  await app.register();
  const passwords = [...Array<string>(10).fill('not the password'), ...Array<string>(5).fill(PASSWORD)];
  expect(await tryInOneDocument(app, passwords)).toEqual([...Array<string>(10).fill(WRONG), ...Array<string>(5).fill(LIMITED)]);
});

test.each([
  ['200 aliases in one document', () => ({ query: documentOf(200) })],
  ['a batch of 200 documents', () => Array.from({ length: 200 }, () => ({ query: documentOf(1) }))],
])('%s: refused as a whole, nothing is tried, and nothing is counted', async (_, bodyOf) => {
  const app = await startApp({ settings: { LOGIN_ATTEMPTS: '1' } });
  await app.register();
  const { statusCode } = await app.app.server.inject({ method: 'POST', url: '/graphql', payload: bodyOf() });
  expect(statusCode).toBe(400);
  expect(await guessOften(app, 2)).toEqual({ [WRONG]: 1, [LIMITED]: 1 });
});

function documentOf(fields: number): string {
  const login = `login(input: { email: "${EMAIL}", password: "not the password" }) { accessToken }`;
  return `mutation { ${Array.from({ length: fields }, (_, index) => `a${index}: ${login}`).join(' ')} }`;
}
