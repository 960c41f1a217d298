/** A reading of the log whose answer comes late: commits that were applied meanwhile do not count as a log that went back. */
import { expect, test } from 'vitest';
import { makeAnswersHold } from '../support/database/held-answers.js';
import { logOut } from '../support/mutations/mutations.js';
import { check } from '../support/postgresql/lease-nodes.js';
import { startTwoNodes } from '../support/postgresql/nodes.js';
import { loseLog } from '../support/postgresql/outages.js';
import { NameResolver } from '../support/resolvers/own-resolvers.js';

const ROWS_OF_THE_LOG = /FROM "BlacklistedToken" WHERE "version" > .* AS "rows"/s;

test('logouts that are committed while a check reads the log cost nobody else the session [R14] [R25]', async () => {
  const hold = makeAnswersHold();
  const { one } = await startTwoNodes({ resolvers: [NameResolver], settings: { REVOCATION_CHECK: 'database' } });
  const [kept, first, second] = [await one.register(), await one.login(), await one.login()];
  const asked = hold(/AS "listed"/);
  const checking = check(one, kept.accessToken);
  await asked.reached;
  expect(await logOut(one, { refreshToken: first.refreshToken })).toBe(1);
  const caughtUp = hold(ROWS_OF_THE_LOG);
  asked.release();
  // The version that was read is older than the node's current one, so the node reads again or accepts its own.
  await Promise.race([caughtUp.reached, checking]);
  expect(await logOut(one, { refreshToken: second.refreshToken })).toBe(1);
  caughtUp.release();
  expect(await checking).toBe('ok');
  expect(await check(one, kept.accessToken)).toBe('ok');
});

test('a logout that is committed while a login takes in a new generation costs nobody else the session [R14] [R25]', async () => {
  const hold = makeAnswersHold();
  const { one, two } = await startTwoNodes({ resolvers: [NameResolver], settings: { REVOCATION_CHECK: 'database' } });
  await one.register();
  await two.app.administration.revokeAllSessions({});
  const [kept, ended] = [await two.login(), await two.login()];
  const read = hold(ROWS_OF_THE_LOG);
  const opening = one.login();
  await read.reached;
  expect(await logOut(one, { refreshToken: ended.refreshToken })).toBe(1);
  read.release();
  const opened = await opening;
  for (const { accessToken } of [kept, opened]) expect(await check(two, accessToken)).toBe('ok');
});

test('a logout that meets a log that went back is not confirmed, and the log gets back what it has lost [R25]', async () => {
  const { one, url } = await startTwoNodes({ settings: { REVOCATION_CHECK: 'database' } });
  const [first, second, third] = [await one.register(), await one.login(), await one.login()];
  for (const { refreshToken } of [first, second]) expect(await logOut(one, { refreshToken })).toBe(1);
  await loseLog(url);
  // Without an access token there is no check.
  expect(await logOut(one, { refreshToken: third.refreshToken })).toBe('LOGOUT_UNCONFIRMED');
  expect(await logOut(one, { refreshToken: third.refreshToken })).toBe(0);
  for (const { refreshToken } of [first, second]) expect((await one.refresh(refreshToken)).codes).toEqual(['INVALID_REFRESH_TOKEN']);
});
