/** Hashing: argon2id with its cost in the text, bounded, and the same work for users who do not exist. */
import { expect, test } from 'vitest';
import { DEFAULT_PASSWORD_COST, Passwords } from '../../src/features/passwords/passwords.js';
import { TEST_PASSWORD_COST } from '../support/app/launch-app.js';
import { testWorld } from '../support/app/test-world.js';

const passwords = new Passwords(testWorld(), { passwordCost: TEST_PASSWORD_COST });
const ORIGIN = { ipAddress: '192.0.2.1', userAgent: null };
const check = (hash: string | null, password: string) => passwords.inTurn(ORIGIN, (matches) => matches(hash, password));

test('a hash is argon2id with a salt of its own and the cost that was asked for', async () => {
  const [one, two] = await Promise.all([passwords.hash('correct horse'), passwords.hash('correct horse')]);
  expect(one).toMatch(/^\$argon2id\$v=19\$m=8,t=1,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
  expect(two).not.toBe(one);
});

test('the cost of a server is what OWASP recommends', async () => {
  expect(await new Passwords(testWorld(), { passwordCost: DEFAULT_PASSWORD_COST }).hash('correct horse')).toContain('$m=19456,t=2,p=1$');
});

test('a password matches its own hash and no other', async () => {
  const hash = await passwords.hash('correct horse');
  expect(await check(hash, 'correct horse')).toBe(true);
  for (const wrong of ['correct hors', 'correct horse ', 'Correct horse', '']) expect(await check(hash, wrong)).toBe(false);
});

test('a password matches in whatever way its keyboard composes the letters and the space, and nothing else is levelled', async () => {
  const password = 'Žluťoučký\u00a0kůň ½';
  const hash = await passwords.hash(password);
  for (const same of [password.normalize('NFD'), password.replace('\u00a0', ' '), password.replace(' ', '\u3000')]) {
    expect(await passwords.inTurn(ORIGIN, (matches) => matches(hash, same))).toBe(true);
  }
  for (const other of [password.normalize('NFKC'), password.toLowerCase(), 'Zlutoucky kun ½', `${password} `, password.replace(' ', '')]) {
    expect(await passwords.inTurn(ORIGIN, (matches) => matches(hash, other))).toBe(false);
  }
});

test('nothing matches a user who does not exist', async () => {
  for (const password of ['', 'correct horse', '\0']) expect(await check(null, password)).toBe(false);
});

/** How many of many simultaneous requests, each from its own address, are refused: some run at once, some wait. */
async function countRefused(hash: string | null, crowd: number, addressOf = (index: number) => `192.0.2.${index}`): Promise<number> {
  const answers = await Promise.allSettled(
    Array.from({ length: crowd }, (_, index) =>
      passwords.inTurn({ ...ORIGIN, ipAddress: addressOf(index) }, (matches) => matches(hash, 'wrong')),
    ),
  );
  const refused = answers.filter((answer) => answer.status === 'rejected');
  for (const { reason } of refused) expect(reason.extensions).toEqual({ code: 'RATE_LIMITED', retryAfter: 1 });
  return refused.length;
}

test('hashing is bounded, and users who do not exist wait in the same queue as others', async () => {
  const hash = await passwords.hash('correct horse');
  // 200 wait. How many run at once depends on the machine, and is three at most.
  const room = 203;
  const refused = [await countRefused(hash, 3 * room), await countRefused(null, 3 * room)];
  expect(refused[0]).toBeGreaterThan(room);
  expect(refused[1]).toBe(refused[0]);
  expect(await countRefused(null, 100)).toBe(0);
});

test('one address has at most 50 places, and they are free again afterwards', async () => {
  for (let times = 0; times < 2; times += 1) expect(await countRefused(null, 60, () => '192.0.2.1')).toBe(10);
});
