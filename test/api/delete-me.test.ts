/** `deleteMe` removes all personal data and keeps the rows that keep the tokens revoked. */
import { expect, test } from 'vitest';
import { makeAdministrator } from '../support/app/administrators.js';
import { EMAIL, PASSWORD } from '../support/app/requests.js';
import { startApp } from '../support/app/start-app.js';
import { listTables, readRows } from '../support/database/stored-rows.js';
import { makeUser, startMailApp, waitForOutbox } from '../support/mail/mail-app.js';
import { act } from '../support/mutations/mutations.js';
import { decode } from '../support/tokens/tokens.js';

const REVOKED = 'UNAUTHENTICATED TOKEN_REVOKED';

test('a deleted user leaves nothing personal, and no token lives on [R3] [R7]', async () => {
  const app = await startApp();
  const own = await app.register();
  const other = await app.login(EMAIL, 'Phone of Ada');
  expect(await act(app, 'deleteMe', { password: 'wrong' }, own.accessToken)).toBe('INVALID_CREDENTIALS');
  expect(await act(app, 'deleteMe', { password: PASSWORD }, own.accessToken)).toBe('ok');
  for (const { accessToken, refreshToken } of [own, other]) {
    expect(await app.ask(accessToken)).toBe(REVOKED);
    expect((await app.refresh(refreshToken)).tokens).toBe(null);
  }
  const again = await app.restart();
  expect([await again.ask(own.accessToken), await again.ask(other.accessToken)]).toEqual([REVOKED, REVOKED]);
  await again.app.close();
  const everything = listTables(app.dataDir)
    .map((name) => JSON.stringify(readRows(app.dataDir, `SELECT * FROM "${name}"`)))
    .join();
  for (const personal of [EMAIL, 'Phone of Ada', '127.0.0.1', 'lightMyRequest']) expect(everything).not.toContain(personal);
  expect(readRows(app.dataDir, 'SELECT id FROM BlacklistedToken').map(({ id }) => id)).toEqual(
    expect.arrayContaining([own.sid, other.sid]),
  );
  const events = readRows(app.dataDir, `SELECT kind FROM AuditEvent WHERE userId = '${decode(own.accessToken).claims.sub}'`);
  expect(events.map(({ kind }) => kind)).toContain('user.deleted');
  expect(await act(await again.restart(), 'login', { email: EMAIL, password: PASSWORD })).toBe('INVALID_CREDENTIALS');
});

test('an administrator who is deleted leaves no address in the events of others', async () => {
  const app = await startApp();
  const user = await app.register();
  await makeAdministrator(app, 'other-root@example.com');
  const admin = await makeAdministrator(app);
  await act(app, 'revokeUserSessions', { userId: decode(user.accessToken).claims.sub }, admin.accessToken);
  expect(await act(app, 'deleteMe', { password: PASSWORD }, admin.accessToken)).toBe('ok');
  await app.app.close();
  const events = readRows(app.dataDir, `SELECT userId, ipAddress, userAgent FROM AuditEvent WHERE actor = '${admin.id}'`);
  expect(events.some(({ userId }) => userId !== admin.id)).toBe(true);
  for (const { ipAddress, userAgent } of events) expect([ipAddress, userAgent]).toEqual([null, null]);
});

test('a letter that waits for the mail server does not go to a user who is gone; those to others do', async () => {
  const { app, mails } = await startMailApp();
  await makeUser(app);
  const gone = await app.login();
  await makeUser(app, 'grace@example.com');
  await mails.goDown();
  for (const email of [EMAIL, 'grace@example.com']) await act(app, 'requestPasswordReset', { email });
  expect(await act(app, 'deleteMe', { password: PASSWORD }, gone.accessToken)).toBe('ok');
  const restarted = await app.restart();
  await mails.comeUp();
  restarted.clock.advance(60);
  await waitForOutbox(restarted);
  expect(mails.received.map(({ to }) => to)).toEqual(['grace@example.com']);
});

test('the address can be registered again, by somebody who is another user', async () => {
  const app = await startApp();
  const own = await app.register();
  await act(app, 'deleteMe', { password: PASSWORD }, own.accessToken);
  expect(await act(app, 'login', { email: EMAIL, password: PASSWORD })).toBe('INVALID_CREDENTIALS');
  const again = await app.register();
  expect(decode(again.accessToken).claims.sub).not.toBe(decode(own.accessToken).claims.sub);
  expect([await app.ask(own.accessToken), await app.ask(again.accessToken)]).toEqual([REVOKED, 'ok']);
});
