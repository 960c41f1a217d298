/** Logouts that arrive together need fewer commits than logouts, and each gets the answer it would get alone. */
import { expect, test } from 'vitest';
import { startApp, type TestApp } from '../support/app/start-app.js';
import { makeCommitFail } from '../support/database/failing-commit.js';
import { makeDriverYield } from '../support/database/yielding-driver.js';
import { logOut } from '../support/mutations/mutations.js';

const REVOKED = 'UNAUTHENTICATED TOKEN_REVOKED';
const MANY = 30;

async function logInMany(app: TestApp) {
  const users = Array.from({ length: MANY }, (_, index) => `user-${index}@example.com`);
  const opened = [];
  for (const email of users) opened.push({ ...(await app.register(email)), from: `198.51.100.${opened.length + 1}` });
  return opened;
}

async function versionOf({ app }: TestApp): Promise<number> {
  const { result } = (await app.administration.blacklistStats()) as { result: { version: number } };
  return result.version;
}

test('logouts that arrive together share commits, and each ends its own session from its own address [R3] [R5]', async () => {
  makeDriverYield();
  const app = await startApp();
  const opened = await logInMany(app);
  const before = await versionOf(app);
  const answers = await Promise.all(
    opened.map(({ accessToken, from }) => app.send('mutation { logout { endedSessions } }', { token: accessToken, from })),
  );
  expect(answers.map(({ data }) => data.logout.endedSessions)).toEqual(opened.map(() => 1));
  for (const { accessToken } of opened) expect(await app.ask(accessToken)).toBe(REVOKED);
  expect((await versionOf(app)) - before).toBeLessThan(MANY / 2);
  const { result } = (await app.app.administration.listAuditEvents({ limit: 1000 })) as {
    result: { kind: string; sessionId: string; userId: string; actor: string; ipAddress: string; reason: string }[];
  };
  const ended = result.filter(({ kind }) => kind === 'session.ended');
  expect(ended).toHaveLength(MANY);
  for (const { sid, from } of opened) {
    const event = ended.find(({ sessionId }) => sessionId === sid);
    expect(event).toMatchObject({ ipAddress: from, reason: 'LOGOUT' });
    expect(event?.actor).toBe(event?.userId);
  }
});

test('of two logouts that name the same session among others, together or not, one ends it [R5]', async () => {
  const app = await startApp();
  const [first, second, third] = [await app.register(), await app.login(), await app.login()];
  const answers = await Promise.all([
    logOut(app, { token: third.accessToken }),
    logOut(app, { token: first.accessToken, refreshToken: second.refreshToken }),
    logOut(app, { token: second.accessToken, refreshToken: first.refreshToken }),
    logOut(app, { refreshToken: second.refreshToken }),
  ]);
  expect(answers[0]).toBe(1);
  expect(
    answers
      .slice(1)
      .map(Number)
      .reduce((sum, ended) => sum + ended),
  ).toBe(2);
  for (const { accessToken } of [first, second, third]) expect(await app.ask(accessToken)).toBe(REVOKED);
});

test('a logout of everything among logouts of one each leaves the others what is theirs [R14]', async () => {
  const app = await startApp();
  const opened = await logInMany(app);
  const [one, two, ...others] = opened as [(typeof opened)[0], (typeof opened)[0], ...typeof opened];
  const answers = await Promise.all([
    logOut(app, { token: one.accessToken, scope: 'ALL' }),
    logOut(app, { token: two.accessToken }),
    logOut(app, { token: two.accessToken }),
  ]);
  expect(answers[0]).toBe(1);
  expect(Number(answers[1]) + Number(answers[2])).toBe(1);
  for (const { accessToken } of others) expect(await app.ask(accessToken)).toBe('ok');
});

test.for(['lost', 'late'] as const)(
  'when a COMMIT that several share is %s, each is told so, or finds its logout done [R4] [R8]',
  async (fault) => {
    const faults = makeCommitFail();
    const app = await startApp();
    const opened = await logInMany(app);
    const sending = opened.map(({ accessToken }, index) => {
      // The first logout commits alone; those behind it share the next commit.
      if (index === 1) faults.fault = fault;
      return logOut(app, { token: accessToken });
    });
    const answers = await Promise.all(sending);
    for (const [index, { accessToken }] of opened.entries()) {
      expect([1, 'LOGOUT_UNCONFIRMED', 'AUTH_UNAVAILABLE']).toContain(answers[index]);
      if (answers[index] === 1) expect(await app.ask(accessToken)).toBe(REVOKED);
      else expect([0, 1]).toContain(await logOut(app, { token: accessToken }));
      expect(await app.ask(accessToken)).toBe(REVOKED);
    }
  },
);
