/** An operator ends all sessions of a user by disabling it, one session, or only the access tokens of a session. */
import { expect, test } from 'vitest';
import { EMAIL, PASSWORD } from '../support/app/requests.js';
import { startApp } from '../support/app/start-app.js';
import { readRows } from '../support/database/stored-rows.js';
import { mutate, userErrorsOf } from '../support/mutations/mutations.js';
import { decode } from '../support/tokens/tokens.js';

const REVOKED = 'UNAUTHENTICATED TOKEN_REVOKED';
const REFUSED = ['INVALID_REFRESH_TOKEN'];

test('disabling a user ends all sessions at once, and nobody else’s [R3] [R14]', async () => {
  const app = await startApp();
  const [first, second] = [await app.register(), await app.login()];
  const eve = await app.register('eve@example.com');
  const outcome = await app.app.administration.disableUser({ user: 'ADA@example.com', reason: 'left' });
  expect(outcome).toMatchObject({
    kind: 'done',
    result: { endedSessions: 2, user: { email: EMAIL, disabledAt: new Date(app.clock.now()) } },
  });
  for (const { accessToken, refreshToken } of [first, second]) {
    expect(await app.ask(accessToken)).toBe(REVOKED);
    expect((await app.refresh(refreshToken)).codes).toEqual(REFUSED);
  }
  expect(await app.ask(eve.accessToken)).toBe('ok');
  expect(userErrorsOf(await mutate(app, 'login', { email: EMAIL, password: PASSWORD }, 'userErrors { code }'), 'login')).toBe(
    'INVALID_CREDENTIALS',
  );
});

test('a user is named by id too, and disabling it again changes nothing', async () => {
  const app = await startApp();
  const { accessToken } = await app.register();
  const user = decode(accessToken).claims.sub;
  const first = await app.app.administration.disableUser({ user });
  app.clock.advance(60);
  const second = await app.app.administration.disableUser({ user });
  expect([first, second]).toMatchObject([{ result: { endedSessions: 1 } }, { result: { endedSessions: 0 } }]);
  const disabledAt = new Date(app.clock.now() - 60_000);
  expect(second).toMatchObject({ result: { user: { disabledAt } } });
  await app.app.close();
  expect(readRows(app.dataDir, `SELECT actor FROM AuditEvent WHERE kind = 'user.disabled'`)).toEqual([{ actor: 'command-line' }]);
});

test('a user that does not exist can’t be disabled', async () => {
  const app = await startApp();
  for (const user of ['nobody@example.com', 'A'.repeat(22), '']) {
    expect(await app.app.administration.disableUser({ user })).toMatchObject({ kind: 'failed', failures: [{ code: 'NOT_FOUND' }] });
  }
});

test('an operator ends one session, with all its tokens [R3]', async () => {
  const app = await startApp();
  const [first, second] = [await app.register(), await app.login()];
  const { administration } = app.app;
  expect(await administration.revokeSession({ session: first.sid })).toEqual({
    kind: 'done',
    result: { endedSessions: 1, revokedAccessTokens: 0 },
  });
  expect([await app.ask(first.accessToken), await app.ask(second.accessToken)]).toEqual([REVOKED, 'ok']);
  expect((await app.refresh(first.refreshToken)).codes).toEqual(REFUSED);
  for (const session of [first.sid, 'nonsense', '']) {
    expect(await administration.revokeSession({ session })).toMatchObject({ kind: 'failed', failures: [{ code: 'NOT_FOUND' }] });
  }
});

test('killing the access tokens of a session lets it go on through its refresh token [R3]', async () => {
  const app = await startApp();
  const first = await app.register();
  const other = await app.login();
  const { tokens: second } = await app.refresh(first.refreshToken);
  const { administration } = app.app;
  const outcome = await administration.revokeSession({ session: first.sid, accessTokensOnly: true });
  expect(outcome).toEqual({ kind: 'done', result: { endedSessions: 0, revokedAccessTokens: 2 } });
  expect([await app.ask(first.accessToken), await app.ask(second?.accessToken), await app.ask(other.accessToken)]).toEqual([
    REVOKED,
    REVOKED,
    'ok',
  ]);
  const { tokens: third } = await app.refresh(second?.refreshToken ?? '');
  expect(await app.ask(third?.accessToken)).toBe('ok');
  const restarted = await app.restart();
  expect([await restarted.ask(second?.accessToken), await restarted.ask(third?.accessToken)]).toEqual([REVOKED, 'ok']);
});

test('the row of a killed access token lives until its own exp and 180 seconds [R7]', async () => {
  const app = await startApp();
  const first = await app.register();
  app.clock.advance(300);
  await app.refresh(first.refreshToken);
  await app.app.administration.revokeSession({ session: first.sid, accessTokensOnly: true });
  app.clock.advance(600 + 180 - 0.001);
  expect(await app.app.administration.prune()).toMatchObject({ result: { blacklistRows: 0 } });
  app.clock.advance(0.001);
  expect(await app.app.administration.prune()).toMatchObject({ result: { blacklistRows: 1 } });
  app.clock.advance(300);
  expect(await app.app.administration.prune()).toMatchObject({ result: { blacklistRows: 1 } });
});

test('a live session whose access tokens are all forgotten is known all the same', async () => {
  const app = await startApp();
  const { sid } = await app.register();
  app.clock.advance(3_600);
  await app.app.administration.prune();
  const outcome = await app.app.administration.revokeSession({ session: sid, accessTokensOnly: true });
  expect(outcome).toEqual({ kind: 'done', result: { endedSessions: 0, revokedAccessTokens: 0 } });
});

test('the access tokens of a session that has ended, or never was, can’t be killed', async () => {
  const app = await startApp();
  const { sid } = await app.register();
  await app.app.administration.revokeSession({ session: sid });
  for (const session of [sid, 'nonsense']) {
    const outcome = await app.app.administration.revokeSession({ session, accessTokensOnly: true });
    expect(outcome).toMatchObject({ kind: 'failed', failures: [{ code: 'NOT_FOUND' }] });
  }
});
