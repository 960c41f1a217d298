/**
 * Kills the server with SIGKILL amid logouts and refreshes, and checks what must be true after the restart. STORM_ROUNDS sets the number
 * of rounds (15), STORM_SEED repeats a run.
 */
import { expect, test } from 'vitest';
import { type Random, seededRandom } from '../support/app/random.js';
import type { Tokens } from '../support/app/requests.js';
import { makeFolder } from '../support/app/start-app.js';
import { type ServerProcess, startServer } from '../support/process/server-process.js';

const ROUNDS = Number(process.env.STORM_ROUNDS ?? 15);
const SEED = Number(process.env.STORM_SEED ?? Date.now() % 1_000_000);
const LOGOUTS = 12;
const REFRESHES = 50;
const RACING_REFRESHES = 8;
const BYSTANDERS = 5;
/** About as long as all requests of one round take. */
const LATEST_KILL_MS = 250;
const REVOKED = 'UNAUTHENTICATED TOKEN_REVOKED';
const LOGOUT = 'mutation { logout { loggedOutAt } }';
/** Counted from before the first refresh; the rest of the ten seconds of grace is slack for a slow machine. */
const GRACE_MS = 9_000;

interface Storm {
  readonly random: Random;
  readonly counts: Record<string, number>;
  server: ServerProcess;
  /** Live sessions that no round has used yet. */
  readonly spare: Tokens[];
  /** Sessions whose end was answered or observed: they must stay dead. */
  readonly dead: Tokens[];
}

test(`what was answered before a kill -9 is in force after it, ${ROUNDS} rounds, seed ${SEED} [R4] [R9] [R14]`, {
  timeout: ROUNDS * 30_000,
}, async () => {
  const dataDir = makeFolder();
  const settings = { ACCESS_TOKEN_TTL: '24h', LOG_LEVEL: 'error' };
  const start = () => startServer({ dataDir, settings });
  const storm: Storm = { random: seededRandom(SEED), counts: {}, server: await start(), spare: [], dead: [] };
  await storm.server.register('bystander@example.com');
  const bystanders = await logInMany(storm.server, 'bystander@example.com', BYSTANDERS);
  for (let round = 0; round < ROUNDS; round += 1) {
    const email = `round-${Math.floor(round / 5)}@example.com`;
    if (round % 5 === 0) await storm.server.register(email);
    storm.spare.push(...(await logInMany(storm.server, email, LOGOUTS + 2 - storm.spare.length)));
    const { answers, startedAt } = await rage(storm);
    storm.server = await start();
    await checkLogouts(storm, answers);
    await checkRefreshes(storm, answers, startedAt);
    await checkRace(storm, answers);
    expect(await askAll(storm.server, bystanders)).toEqual(bystanders.map(() => 'ok'));
    // Asks about all of them now and then: a dead session stays dead over every restart.
    if (round % 10 === 9 || round === ROUNDS - 1) expect(new Set(await askAll(storm.server, storm.dead))).toEqual(new Set([REVOKED]));
  }
  console.log(`kill storm: ${ROUNDS} rounds, seed ${SEED}, ${JSON.stringify({ ...storm.counts, dead: storm.dead.length })}`);
  expect(storm.counts.answeredLogouts).toBeGreaterThan(0);
  expect(storm.counts.unansweredLogouts).toBeGreaterThan(0);
});

interface Answers {
  readonly logouts: { tokens: Tokens; isAnswered: boolean }[];
  readonly refreshed: { tokens: Tokens; pairs: Tokens[] };
  readonly race: { tokens: Tokens; isAnswered: boolean; pairs: Tokens[] };
}

/** Sends everything at once, in random order, and kills the server after a random number of answers or at a random moment. */
async function rage({ random, server, spare, counts }: Storm): Promise<{ answers: Answers; startedAt: number }> {
  const [refreshed, raced, ...leaving] = spare.splice(0, LOGOUTS + 2) as [Tokens, Tokens, ...Tokens[]];
  const answers: Answers = {
    logouts: leaving.map((tokens) => ({ tokens, isAnswered: false })),
    refreshed: { tokens: refreshed, pairs: [] },
    race: { tokens: raced, isAnswered: false, pairs: [] },
  };
  const logOut = (target: { tokens: Tokens; isAnswered: boolean }) => async () => {
    const { data } = await server.send(LOGOUT, { token: target.tokens.accessToken });
    if (data?.logout?.loggedOutAt) target.isAnswered = true;
  };
  const refresh = (target: { tokens: Tokens; pairs: Tokens[] }) => async () => {
    const { tokens } = await server.refresh(target.tokens.refreshToken);
    if (tokens !== null) target.pairs.push(tokens);
  };
  const requests = random.shuffle([
    ...answers.logouts.map(logOut),
    ...Array.from({ length: REFRESHES }, () => refresh(answers.refreshed)),
    logOut(answers.race),
    ...Array.from({ length: RACING_REFRESHES }, () => refresh(answers.race)),
  ]);
  const startedAt = Date.now();
  let left = random.below(requests.length);
  let killed: Promise<void> | undefined;
  const atOnce = random.below(2) === 0;
  const timer = setTimeout(() => {
    if (!atOnce) killed ??= server.kill();
  }, random.below(LATEST_KILL_MS));
  const counted = requests.map(async (request) => {
    // A request that the kill cut off fails; an answered one is already in `answers`.
    await request().catch(() => undefined);
    left -= 1;
    if (atOnce && left <= 0) killed ??= server.kill();
  });
  await Promise.all(counted);
  clearTimeout(timer);
  killed ??= server.kill();
  await killed;
  const answered = answers.logouts.filter(({ isAnswered }) => isAnswered).length;
  count(counts, 'answeredLogouts', answered);
  count(counts, 'unansweredLogouts', LOGOUTS - answered);
  return { answers, startedAt };
}

/** An answered logout is in force. One that was cut off has either happened or not, for the access and the refresh token alike. */
async function checkLogouts({ server, counts, spare, dead }: Storm, { logouts }: Answers): Promise<void> {
  for (const { tokens, isAnswered } of logouts) {
    const asked = await server.ask(tokens.accessToken);
    if (isAnswered) expect(asked).toBe(REVOKED);
    expect(['ok', REVOKED]).toContain(asked);
    if (asked === 'ok') spare.push(tokens);
    else {
      expect((await server.refresh(tokens.refreshToken)).codes).toEqual(['INVALID_REFRESH_TOKEN']);
      dead.push(tokens);
      if (!isAnswered) count(counts, 'unansweredButDone', 1);
    }
  }
}

/** Many refreshes with one token start at most one branch, and every client that got an answer can continue with it. */
async function checkRefreshes({ server, counts, spare }: Storm, { refreshed }: Answers, startedAt: number): Promise<void> {
  const branches = new Set(refreshed.pairs.map(({ refreshToken }) => refreshToken));
  expect(branches.size).toBeLessThanOrEqual(1);
  expect(await server.ask(refreshed.tokens.accessToken)).toBe('ok');
  const [answered] = refreshed.pairs;
  count(counts, answered ? 'answeredRefreshes' : 'unansweredRefreshes', 1);
  if (answered !== undefined) expect(await server.ask(answered.accessToken)).toBe('ok');
  const again = await server.refresh(refreshed.tokens.refreshToken);
  if (Date.now() - startedAt > GRACE_MS) {
    count(counts, 'tooSlowForGrace', 1);
    return;
  }
  // The predecessor gets the earlier answer again, or the first answer of all.
  expect(again.codes).toEqual([]);
  if (answered !== undefined) expect(again.tokens?.refreshToken).toBe(answered.refreshToken);
  const next = await server.refresh(again.tokens?.refreshToken ?? '');
  expect(next.codes).toEqual([]);
  expect(await server.ask(next.tokens?.accessToken)).toBe('ok');
  if (next.tokens !== null) spare.push(next.tokens);
}

/** Logout racing refresh: the session is either entirely dead or entirely alive, and dead if the logout was answered. */
async function checkRace({ server, counts, dead }: Storm, { race }: Answers): Promise<void> {
  const pairs = [race.tokens, ...race.pairs];
  const asked = new Set(await askAll(server, pairs));
  expect(asked.size).toBe(1);
  if (race.isAnswered) expect(asked).toEqual(new Set([REVOKED]));
  count(counts, race.isAnswered ? 'answeredRaces' : 'unansweredRaces', 1);
  if (!asked.has(REVOKED)) return;
  dead.push(...pairs);
  for (const { refreshToken } of pairs) expect((await server.refresh(refreshToken)).codes).toEqual(['INVALID_REFRESH_TOKEN']);
}

function count(counts: Record<string, number>, name: string, by: number): void {
  counts[name] = (counts[name] ?? 0) + by;
}

function askAll(server: ServerProcess, sessions: readonly Tokens[]): Promise<string[]> {
  return Promise.all(sessions.map(({ accessToken }) => server.ask(accessToken)));
}

/** Logs in all at once: the logins wait in the server's own queue for hashing passwords. */
async function logInMany(server: ServerProcess, email: string, howMany: number): Promise<Tokens[]> {
  return Promise.all(Array.from({ length: Math.max(howMany, 0) }, () => server.login(email)));
}
