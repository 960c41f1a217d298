/** The audit trail and the stored rows record what happened, and contain no secret. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EMAIL, PASSWORD } from '../support/app/requests.js';
import { startApp } from '../support/app/start-app.js';
import { listTables, readRows } from '../support/database/stored-rows.js';
import { logOut, mutate } from '../support/mutations/mutations.js';
import { onPostgresql } from '../support/postgresql/postgresql.js';
import { decode } from '../support/tokens/tokens.js';

test('every step of a session leaves one event, in the transaction that it tells of [R3]', async () => {
  const app = await startApp();
  const first = await app.register();
  const { tokens: second } = await app.refresh(first.refreshToken);
  await app.refresh('nonsense');
  await logOut(app, { token: second?.accessToken });
  await logOut(app, { token: second?.accessToken });
  const other = await app.login();
  await mutate(app, 'revokeSession', { sessionId: other.sid }, 'session { id }', other.accessToken);
  await mutate(app, 'login', { email: EMAIL, password: 'wrong' }, 'userErrors { code }');
  await app.app.close();
  const user = decode(first.accessToken).claims.sub;
  const rows = readRows(app.dataDir, 'SELECT kind, actor, userId, sessionId, reason, ipAddress FROM AuditEvent ORDER BY rowid');
  const event = (kind: string, sessionId: string | null, reason: string | null = null) => {
    return { kind, actor: user, userId: user, sessionId, reason, ipAddress: '127.0.0.1' };
  };
  expect(rows.slice(1)).toEqual([
    event('user.registered', null),
    event('session.started', first.sid),
    event('session.refreshed', first.sid),
    event('session.ended', first.sid, 'LOGOUT'),
    event('session.started', other.sid),
    event('session.ended', other.sid, 'REVOKED_BY_USER'),
    { ...event('login.failed', null, 'INVALID_CREDENTIALS'), actor: 'server' },
  ]);
  expect(rows[0]).toMatchObject({ kind: 'signing-key.rotated', actor: 'server', userId: null, sessionId: null });
});

test('each way to end a session has its reason, in the event, in the session and on the blacklist [R3]', async () => {
  const app = await startApp();
  const first = await app.register();
  const ends: Record<string, string> = {};
  const ended = async (reason: string, end: (token: string, sid: string, refreshToken: string) => Promise<unknown>) => {
    const { accessToken, sid, refreshToken } = await app.login();
    ends[sid] = reason;
    await end(accessToken, sid, refreshToken);
  };
  await ended('LOGOUT', (token) => logOut(app, { token }));
  await ended('LOGOUT_OTHERS', () => logOut(app, { token: first.accessToken, scope: 'OTHERS' }));
  await ended('REVOKED_BY_ADMIN', (_, session) => app.app.administration.revokeSession({ session }));
  await ended('REFRESH_TOKEN_REUSED', async (_token, _sid, refreshToken) => {
    await app.refresh(refreshToken);
    app.clock.advance(11);
    await app.refresh(refreshToken);
  });
  ends[first.sid] = 'LOGOUT_ALL';
  await ended('LOGOUT_ALL', (token) => logOut(app, { token, scope: 'ALL' }));
  await ended('USER_DISABLED', () => app.app.administration.disableUser({ user: EMAIL }));
  await app.app.close();
  const reasons = (sql: string) => Object.fromEntries(readRows(app.dataDir, sql).map(({ id, reason }) => [id, reason]));
  expect(reasons(`SELECT sessionId AS id, reason FROM AuditEvent WHERE kind = 'session.ended'`)).toEqual(ends);
  expect(reasons('SELECT id, endedReason AS reason FROM Session')).toEqual(ends);
  expect(reasons('SELECT id, reason FROM BlacklistedToken')).toEqual(ends);
});

test('no token and no password is stored anywhere, and no email outside the users', async () => {
  const app = await startApp();
  const first = await app.register();
  const { tokens: second } = await app.refresh(first.refreshToken);
  const third = await app.login();
  await mutate(app, 'login', { email: EMAIL, password: `${PASSWORD} wrong` }, 'userErrors { code }');
  await logOut(app, { token: third.accessToken, refreshToken: third.refreshToken });
  await app.app.close();
  // Skips the mails, which may have been written by now.
  const files = readdirSync(app.dataDir, { withFileTypes: true }).filter((entry) => entry.isFile());
  const tables = onPostgresql
    ? listTables(app.dataDir).map((name) => JSON.stringify(readRows(app.dataDir, `SELECT * FROM "${name}"`)))
    : [];
  const bytes = [...files.map(({ name }) => readFileSync(join(app.dataDir, name), 'latin1')), ...tables].join('\n');
  expect(bytes).toContain(first.sid);
  for (const tokens of [first, second, third]) {
    // Neither the whole token nor the parts that would suffice: the signature, and the secret of a refresh token.
    expect(bytes).not.toContain(tokens?.accessToken.split('.')[2]);
    expect(bytes).not.toContain(tokens?.refreshToken.slice(26));
  }
  expect(bytes).not.toContain(PASSWORD);
  const events = readRows(app.dataDir, 'SELECT * FROM AuditEvent');
  expect(JSON.stringify(events)).not.toContain('@');
  expect(JSON.stringify(readRows(app.dataDir, 'SELECT * FROM BlacklistedToken'))).not.toContain('@');
});
