/** Hashing: argon2id with its cost in the text, bounded, and the same for users who do not exist. */
import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { DEFAULT_PASSWORD_COST, Passwords } from '../../src/domain/passwords.js';
import { TEST_PASSWORD_COST } from '../support/start-app.js';

const randomness = { bytes: randomBytes };
const passwords = new Passwords(TEST_PASSWORD_COST, randomness);

test('a hash is argon2id with a salt of its own and the cost that was asked for', async () => {
  const [one, two] = await Promise.all([passwords.hash('correct horse'), passwords.hash('correct horse')]);
  expect(one).toMatch(/^\$argon2id\$v=19\$m=8,t=1,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
  expect(two).not.toBe(one);
});

test('the cost of a server is what OWASP recommends', async () => {
  expect(await new Passwords(DEFAULT_PASSWORD_COST, randomness).hash('correct horse')).toContain('$m=19456,t=2,p=1$');
});

test('a password matches its own hash and no other', async () => {
  const hash = await passwords.hash('correct horse');
  expect(await passwords.matches(hash, 'correct horse')).toBe(true);
  for (const wrong of ['correct hors', 'correct horse ', 'Correct horse', '']) expect(await passwords.matches(hash, wrong)).toBe(false);
});

test('nothing matches a user who does not exist', async () => {
  for (const password of ['', 'correct horse', '\0']) expect(await passwords.matches(null, password)).toBe(false);
});

/** How many of a crowd are turned away: so many run at once, so many wait. */
async function countRefused(hash: string | null, crowd: number): Promise<number> {
  const answers = await Promise.allSettled(Array.from({ length: crowd }, () => passwords.matches(hash, 'wrong')));
  const refused = answers.filter((answer) => answer.status === 'rejected');
  for (const { reason } of refused) expect(reason.extensions).toEqual({ code: 'RATE_LIMITED', retryAfter: 1 });
  return refused.length;
}

test('hashing is bounded, and users who do not exist wait in the same queue as others', async () => {
  const hash = await passwords.hash('correct horse');
  const room = 200 + availableParallelism();
  const refused = [await countRefused(hash, 3 * room), await countRefused(null, 3 * room)];
  expect(refused[0]).toBeGreaterThan(room);
  expect(refused[1]).toBe(refused[0]);
  expect(await countRefused(null, 100)).toBe(0);
});
