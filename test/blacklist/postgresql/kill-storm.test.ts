/**
 * Kills processes that share a blacklist with SIGKILL amid revocations, and checks what must be true at once and after restarts.
 * STORM_ROUNDS sets the number of rounds (8), STORM_SEED repeats a run.
 */
import { expect, test } from 'vitest';
import { type Random, seededRandom } from '../../support/app/random.js';
import { inAnHour } from '../../support/blacklist/blacklists.js';
import { Member, startMembers } from '../../support/blacklist/members.js';
import { makeDatabase } from '../../support/postgresql/postgresql.js';

const ROUNDS = Number(process.env.STORM_ROUNDS ?? 8);
const SEED = Number(process.env.STORM_SEED ?? Date.now() % 1_000_000);
const REVOCATIONS = 24;
/** About as long as the revocations of one round take. */
const LATEST_KILL_MS = 200;

const expiresAt = inAnHour();

type Token = Parameters<Member['isRevoked']>[0];

interface Attempt {
  readonly token: Token;
  isAnswered: boolean;
}

test(`what was answered before a kill -9 is refused by all at once and after it, ${ROUNDS} rounds, seed ${SEED} [R4] [R14] [R22]`, {
  timeout: ROUNDS * 60_000,
}, async () => {
  const url = await makeDatabase('template0');
  const options = { databaseUrl: url, leaseMs: 500, logLevel: 'error' } as const;
  const random = seededRandom(SEED);
  let members = await startMembers(url, 3, options);
  const dead: Token[] = [];
  const bystanders = Array.from(
    { length: 20 },
    (_, index): Token => ({ jti: `bystander-${index}`, user: { id: `b${index}`, counter: 0 }, expiresAt }),
  );
  const counts = { answered: 0, cutOff: 0, doneUnanswered: 0 };
  for (let round = 0; round < ROUNDS; round += 1) {
    const attempts = await rage(random, members, round);
    members = await Promise.all(members.map((member) => (member.isAlive ? member : Member.start(options))));
    for (const { token, isAnswered } of attempts) {
      const verdicts = new Set(await Promise.all(members.map((member) => member.isRevoked(token))));
      // One that was cut off has happened or not, but for all processes alike.
      expect(verdicts.size, JSON.stringify(token)).toBe(1);
      const isDead = verdicts.has(true);
      if (isAnswered) expect(isDead, JSON.stringify(token)).toBe(true);
      if (isDead) dead.push(token);
      counts[isAnswered ? 'answered' : 'cutOff'] += 1;
      if (isDead && !isAnswered) counts.doneUnanswered += 1;
    }
    for (const member of members) {
      expect(await Promise.all(bystanders.map((token) => member.isRevoked(token)))).toEqual(bystanders.map(() => false));
    }
  }
  for (const member of members) expect(await Promise.all(dead.map((token) => member.isRevoked(token)))).toEqual(dead.map(() => true));
  console.log(`kill storm of a blacklist: ${ROUNDS} rounds, seed ${SEED}, ${JSON.stringify(counts)}`);
  expect(counts.answered).toBeGreaterThan(0);
  expect(counts.cutOff).toBeGreaterThan(0);
});

/** Revokes through all processes at once, checks each answer with those that are alive, and kills one or two at a random moment. */
async function rage(random: Random, members: readonly Member[], round: number): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  const work = Array.from({ length: REVOCATIONS }, async (_, index) => {
    const member = members[index % members.length] as Member;
    const user = `user-${round}-${index}`;
    const token: Token = index % 4 === 0 ? { user: { id: user, counter: 0 }, expiresAt } : { jti: `${round}-${index}`, expiresAt };
    const attempt: Attempt = { token, isAnswered: false };
    attempts.push(attempt);
    try {
      if (index % 4 === 0) await member.ask('endUser', [user]);
      else await member.revoke(token);
      attempt.isAnswered = true;
    } catch {
      return;
    }
    const alive = members.filter(({ isAlive }) => isAlive);
    const verdicts = await Promise.all(alive.map((each) => each.isRevoked(token).catch((error) => error.failure)));
    expect(verdicts.filter((verdict) => verdict !== 'Killed' && verdict !== true)).toEqual([]);
  });
  const victims = random.shuffle([...members]).slice(0, 1 + random.below(2));
  const kills = victims.map(
    (victim) => new Promise<void>((resolve) => setTimeout(() => void victim.kill().then(resolve), random.below(LATEST_KILL_MS))),
  );
  await Promise.all([...work, ...kills]);
  return attempts;
}
