/** `revokeSession`: ends one session of the caller, such as that of a lost phone. */
import { expect, test } from 'vitest';
import { startApp, type TestApp } from '../support/app/start-app.js';
import { makeCommitFail } from '../support/database/failing-commit.js';
import { makeDriverYield } from '../support/database/yielding-driver.js';
import { failureOf, mutate } from '../support/mutations/mutations.js';

const REVOKED = 'UNAUTHENTICATED TOKEN_REVOKED';

const revoke = (app: TestApp, sessionId: unknown, token?: string) =>
  mutate(app, 'revokeSession', { sessionId }, 'session { id current endedAt } userErrors { code field }', token);

const NOT_FOUND = { session: null, userErrors: [{ code: 'NOT_FOUND', field: ['input', 'sessionId'] }] };

test('another session of the caller ends, with all its tokens [R3]', async () => {
  const app = await startApp();
  const mine = await app.register();
  const phone = await app.login();
  const { data } = await revoke(app, phone.sid, mine.accessToken);
  const session = { id: phone.sid, current: false, endedAt: '2030-01-01T12:00:00.000Z' };
  expect(data.revokeSession).toEqual({ session, userErrors: [] });
  expect([await app.ask(phone.accessToken), await app.ask(mine.accessToken)]).toEqual([REVOKED, 'ok']);
  expect((await app.refresh(phone.refreshToken)).codes).toEqual(['INVALID_REFRESH_TOKEN']);
});

test('the caller’s own session ends too, and the next field is refused [R2]', async () => {
  const app = await startApp();
  const { accessToken, sid } = await app.register();
  const field = `revokeSession(input: { sessionId: "${sid}" }) { session { current } }`;
  const answer = await app.send(`mutation { a: ${field} b: ${field} }`, { token: accessToken });
  expect(answer.data).toEqual({ a: { session: { current: true } }, b: null });
  expect(failureOf(answer)).toBe(REVOKED);
  expect(await app.ask(accessToken)).toBe(REVOKED);
});

test('it is told as done although the database goes away right after its commit [R4]', async () => {
  const commits = makeCommitFail();
  const app = await startApp();
  const mine = await app.register();
  const phone = await app.login();
  commits.fault = 'last';
  const { data } = await revoke(app, phone.sid, mine.accessToken);
  expect(data.revokeSession).toMatchObject({ session: { id: phone.sid, endedAt: expect.any(String) }, userErrors: [] });
  commits.isCutOff = false;
  expect(await app.ask(phone.accessToken)).toBe(REVOKED);
});

test('someone else’s session is NOT_FOUND, exactly like one that never was, and goes on [R14]', async () => {
  const app = await startApp();
  const mine = await app.register();
  const eve = await app.register('eve@example.com');
  const { data, text } = await revoke(app, eve.sid, mine.accessToken);
  expect(data.revokeSession).toEqual(NOT_FOUND);
  expect((await revoke(app, 'A'.repeat(22), mine.accessToken)).text).toBe(text);
  expect(await app.ask(eve.accessToken)).toBe('ok');
});

test.each([
  ['empty', ''],
  ['a word', 'nonsense'],
  ['a number', 7],
  ['a NUL', '\0'],
  ['large', 'A'.repeat(50_000)],
  ['a pattern', '%'],
])('an id that is %s is NOT_FOUND', async (_, sessionId) => {
  const app = await startApp();
  const { accessToken } = await app.register();
  expect((await revoke(app, sessionId, accessToken)).data.revokeSession).toEqual(NOT_FOUND);
  expect(await app.ask(accessToken)).toBe('ok');
});

test('revoking a session that has ended answers it as it ended', async () => {
  const app = await startApp();
  const mine = await app.register();
  const phone = await app.login();
  const first = await revoke(app, phone.sid, mine.accessToken);
  app.clock.advance(60);
  expect((await revoke(app, phone.sid, mine.accessToken)).text).toBe(first.text);
});

test('without a live session nothing can be revoked', async () => {
  const app = await startApp();
  const mine = await app.register();
  const phone = await app.login();
  expect(failureOf(await revoke(app, phone.sid))).toBe('UNAUTHENTICATED TOKEN_MISSING');
  await revoke(app, mine.sid, mine.accessToken);
  expect(failureOf(await revoke(app, phone.sid, mine.accessToken))).toBe(REVOKED);
  expect(await app.ask(phone.accessToken)).toBe('ok');
});

test('of two sessions that revoke each other at once, one wins and one goes on', async () => {
  makeDriverYield();
  const app = await startApp();
  await app.register();
  for (let round = 0; round < 20; round += 1) {
    const [one, two] = [await app.login(), await app.login()];
    await Promise.all([revoke(app, two.sid, one.accessToken), revoke(app, one.sid, two.accessToken)]);
    expect([await app.ask(one.accessToken), await app.ask(two.accessToken)].sort()).toEqual([REVOKED, 'ok']);
  }
});
