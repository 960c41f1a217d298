/** Overlapping requests: whichever comes first, an answered logout stays true. */
import { expect, test } from 'vitest';
import { EMAIL, PASSWORD, type Tokens } from '../support/app/requests.js';
import { startApp, type TestApp } from '../support/app/start-app.js';
import { readRows } from '../support/database/stored-rows.js';
import { createPauses, makeDriverYield, pausesDecide } from '../support/database/yielding-driver.js';
import { logOut, mutate, userErrorsOf } from '../support/mutations/mutations.js';

const REVOKED = 'UNAUTHENTICATED TOKEN_REVOKED';
/** Fewer for mutation testing, which runs this a thousand times. */
const ROUNDS = Number(process.env.TEST_RACE_ROUNDS ?? 200);

/** Neither token of the pair works any more. */
async function expectDead(app: TestApp, { accessToken, refreshToken }: Tokens): Promise<void> {
  expect(await app.ask(accessToken)).toBe(REVOKED);
  expect((await app.refresh(refreshToken)).tokens).toBe(null);
}

/** Steps of a session, or of a user, that the audit trail shows after its end. */
function stepsAfterTheEnd({ dataDir }: TestApp, step: string, end = 'session.ended', of = 'sessionId') {
  return readRows(
    dataDir,
    `SELECT later.id FROM AuditEvent AS later JOIN AuditEvent AS first ON later.${of} = first.${of} AND later.rowid > first.rowid
     WHERE later.kind = '${step}' AND first.kind = '${end}'`,
  );
}

test('a logout that races refreshes leaves no pair of tokens alive, whichever came first [R9]', { timeout: 120_000 }, async () => {
  makeDriverYield();
  const app = await startApp();
  await app.register();
  const delay = createPauses(24);
  let refreshed = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const first = await app.login();
    const pairs: Tokens[] = [first];
    const refresh = async () => {
      await delay();
      // Two tabs refresh at once, then one of them continues.
      const answers = await Promise.all([app.refresh(first.refreshToken), app.refresh(first.refreshToken)]);
      let tokens = answers[0].tokens ?? answers[1].tokens;
      while (tokens !== null && pairs.push(tokens) < 5) ({ tokens } = await app.refresh(tokens.refreshToken));
    };
    const end = async () => {
      await delay();
      expect(await logOut(app, round % 2 === 0 ? { token: first.accessToken } : { refreshToken: first.refreshToken })).toBe(1);
      // The logout is answered, so from now on everything is refused, although refreshes are still running.
      expect(await app.ask(first.accessToken)).toBe(REVOKED);
    };
    await Promise.all(round % 3 === 0 ? [end(), refresh()] : [refresh(), end()]);
    refreshed += pairs.length - 1;
    for (const pair of pairs.slice(-2)) await expectDead(app, pair);
  }
  // Without some refreshes there was no race.
  if (pausesDecide) expect(refreshed).toBeGreaterThan(ROUNDS / 10);
  if (pausesDecide) expect(refreshed).toBeLessThan(ROUNDS * 4);
  await app.app.close();
  expect(stepsAfterTheEnd(app, 'session.refreshed')).toEqual([]);
});

test('a login that races a disabling leaves no live session [R11]', { timeout: 120_000 }, async () => {
  makeDriverYield();
  const app = await startApp();
  const delay = createPauses(24);
  let opened = 0;
  for (let round = 0; round < 60; round += 1) {
    const email = `user${round}@example.com`;
    const first = await app.register(email);
    const pairs: Tokens[] = [first];
    const logIn = async () => {
      await delay();
      const answer = await mutate(app, 'login', { email, password: PASSWORD }, 'accessToken refreshToken userErrors { code }');
      if (userErrorsOf(answer, 'login') !== 'ok') return;
      pairs.push({ ...answer.data.login, sid: '' });
    };
    const disable = async () => {
      await delay();
      expect((await app.app.administration.disableUser({ user: email })).kind).toBe('done');
      expect(await app.ask(first.accessToken)).toBe(REVOKED);
    };
    await Promise.all([logIn(), disable(), logIn()]);
    opened += pairs.length - 1;
    for (const pair of pairs) await expectDead(app, pair);
    expect(await app.app.administration.listSessions({ user: email })).toEqual({ kind: 'done', result: [] });
  }
  if (pausesDecide) expect(opened).toBeGreaterThan(0);
  if (pausesDecide) expect(opened).toBeLessThan(120);
  await app.app.close();
  expect(stepsAfterTheEnd(app, 'session.started', 'user.disabled', 'userId')).toEqual([]);
});

test('of the same logout 20 times at once one ends the session, and whichever answers, the token is dead [R5]', async () => {
  makeDriverYield();
  const app = await startApp();
  await app.register();
  for (let round = 0; round < 10; round += 1) {
    const { accessToken } = await app.login();
    const ended = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const count = await logOut(app, { token: accessToken });
        expect(await app.ask(accessToken)).toBe(REVOKED);
        return Number(count);
      }),
    );
    expect(ended.reduce((sum, count) => sum + count, 0)).toBe(1);
  }
});

test('logouts stay when transactions of other requests are rolled back between them', async () => {
  makeDriverYield();
  const app = await startApp({ settings: { ADDRESS_ATTEMPTS: '1000' } });
  await app.register();
  const revoked: string[] = [];
  for (let round = 0; round < 10; round += 1) {
    const sessions = await Promise.all(Array.from({ length: 5 }, () => app.login()));
    // Each of these inserts violates the unique email inside its transaction.
    const duplicate = async () => {
      const answer = await mutate(app, 'register', { email: EMAIL, password: PASSWORD }, 'userErrors { code }');
      expect(userErrorsOf(answer, 'register')).toBe('EMAIL_TAKEN');
    };
    await Promise.all(
      sessions.flatMap(({ accessToken }) => [
        duplicate(),
        logOut(app, { token: accessToken }).then(async (ended) => {
          expect(ended).toBe(1);
          expect(await app.ask(accessToken)).toBe(REVOKED);
        }),
        duplicate(),
      ]),
    );
    revoked.push(...sessions.map(({ accessToken }) => accessToken));
  }
  const restarted = await app.restart();
  for (const token of revoked) expect(await restarted.ask(token)).toBe(REVOKED);
});

test('a logout of all sessions that races a login: what was opened before the answer and is alive came after it', async () => {
  makeDriverYield();
  const app = await startApp();
  const delay = createPauses(24);
  const first = await app.register();
  let caller = first;
  for (let round = 0; round < 30; round += 1) {
    const before = await app.login();
    const logInLater = async () => {
      await delay();
      return app.login();
    };
    const [ended, opened] = await Promise.all([logOut(app, { token: caller.accessToken, scope: 'ALL' }), logInLater()]);
    expect(ended).toBeGreaterThanOrEqual(2);
    await expectDead(app, before);
    const live = await app.app.administration.listSessions({ user: EMAIL });
    const expected = (await app.ask(opened.accessToken)) === 'ok' ? [opened.sid] : [];
    expect(live).toMatchObject({ result: expected.map((id) => ({ id })) });
    caller = await app.login();
  }
});
