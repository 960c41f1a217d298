/** Every database query uses an index: its cost does not grow with the number of users. */
import { expect, test as testAnywhere } from 'vitest';
import { LONG_READ_TEXT } from '../../src/database/long-read.js';
import { ADMIN_EMAIL } from '../support/app/administrators.js';
import { readAll } from '../support/app/lists.js';
import { EMAIL, PASSWORD } from '../support/app/requests.js';
import { startApp, type TestApp } from '../support/app/start-app.js';
import { collectStatements } from '../support/database/statements.js';
import { readRows } from '../support/database/stored-rows.js';
import { requestVerification } from '../support/mail/mail-app.js';
import { act } from '../support/mutations/mutations.js';
import { onPostgresql } from '../support/postgresql/postgresql.js';

/** The plans are those of SQLite. */
const test = testAnywhere.skipIf(onPostgresql);

/** Tables that may be read whole: they are tiny, or a command counts them. */
const MAY_BE_READ_WHOLE = /`(SigningKey|RevocationState|BlacklistedToken|OutgoingMail|Node)`/;

/**
 * A step that reads rows one by one. `CO-ROUTINE` is the plan of Prisma's `aggregate`, whatever index exists. `counted` has a limit of its own,
 * and the other tables named here are tiny.
 */
const READS_ALL = /^SCAN (?!counted|SigningKey|RevocationState|sqlite_master|_prisma_migrations)(main\.)?\w+$|^CO-ROUTINE (?!counted)/;

function plansOf(statements: readonly string[], { dataDir }: TestApp) {
  return [...new Set(statements)]
    .filter((sql) => /^(\/\*.*?\*\/)?\s*(SELECT|UPDATE|DELETE)/i.test(sql) && !sql.endsWith('WHERE 1=0'))
    .map((sql) => ({ sql, steps: readRows(dataDir, `EXPLAIN QUERY PLAN ${sql}`).map(({ detail }) => String(detail)) }));
}

/** Reads the long lists from the beginning and from a cursor. */
async function readLists(app: TestApp): Promise<void> {
  await app.app.administration.createUser({ email: ADMIN_EMAIL, password: PASSWORD, admin: true });
  const { accessToken: token } = await app.login(ADMIN_EMAIL);
  const request = { token, fields: 'id', first: 1 };
  await readAll(app, { ...request, list: 'users' });
  await readAll(app, { ...request, list: 'users', filter: 'search: "example"' });
  await readAll(app, { ...request, list: 'auditEvents' });
  await readAll(app, { ...request, list: 'auditEvents', filter: 'everyone: true' });
}

/** Uses an existing code, an unknown one, and a new device. */
async function useCodes(app: TestApp): Promise<void> {
  await act(app, 'requestPasswordReset', { email: EMAIL });
  await requestVerification(app, (await app.login()).accessToken);
  await act(app, 'verifyEmail', { code: `lkc_${'A'.repeat(43)}` });
}

test('every statement goes by an index, and one that names a user goes by an index of users', async () => {
  const statements = collectStatements();
  const app = await startApp();
  const first = await app.register();
  const second = await app.login();
  const refreshed = await app.refresh(first.refreshToken);
  await app.send('{ me { id } session { id } sessions { id } }', { token: second.accessToken });
  await app.send('mutation { revokeSession(input: { sessionId: "AAAAAAAAAAAAAAAAAAAAAA" }) { userErrors { code } } }', {
    token: second.accessToken,
  });
  await app.send('mutation { logout(input: { scope: OTHERS }) { endedSessions } }', { token: second.accessToken });
  await app.send('mutation { logout(input: { scope: ALL }) { endedSessions } }', { token: second.accessToken });
  await app.refresh(refreshed.tokens?.refreshToken ?? first.refreshToken);
  const { administration } = app.app;
  await administration.createUser({ email: 'other@example.com', password: PASSWORD });
  await readLists(app);
  await useCodes(app);
  await administration.listUsers();
  await administration.showUser({ user: 'other@example.com' });
  await administration.listAuditEvents({ user: 'other@example.com', withinSeconds: 60 });
  await administration.listAuditEvents({ withinSeconds: 60 });
  await administration.listSessions({ user: 'other@example.com' });
  await administration.disableUser({ user: 'other@example.com' });
  await administration.rotateKeys({ now: true });
  await administration.blacklistStats();
  await administration.examine();
  app.clock.advance(40 * 86_400);
  await administration.prune();
  await app.app.close();

  const plans = plansOf(statements, app);
  expect(plans.length).toBeGreaterThan(20);
  expect(plans.filter(({ sql, steps }) => steps.some((step) => READS_ALL.test(step)) && !MAY_BE_READ_WHOLE.test(sql))).toEqual([]);
  const ofUser = plans.filter(({ sql }) => /WHERE.*`Session`\.`userId` = \?|"Session" WHERE "userId" = \?/.test(sql));
  expect(ofUser.length).toBeGreaterThan(1);
  expect(ofUser.filter(({ steps }) => !steps.some((step) => /userId=\?|\(id=\?\)/.test(step)))).toEqual([]);
});

test('statements that may read a whole table run beside the others', async () => {
  const statements = collectStatements();
  const app = await startApp();
  await readLists(app);
  await app.app.administration.examine();
  const long = statements.filter((sql) => /"searchKey" LIKE|quick_check/.test(sql));
  expect(new Set(long.map((sql) => sql.slice(0, LONG_READ_TEXT.length)))).toEqual(new Set([LONG_READ_TEXT]));
  expect(long.some((sql) => sql.includes('LIKE'))).toBe(true);
  expect(long.some((sql) => sql.includes('quick_check'))).toBe(true);
});

test('a page of a long list begins in an index at its cursor, and needs no sorting', async () => {
  const statements = collectStatements();
  const app = await startApp();
  await app.register();
  await readLists(app);
  await app.app.close();
  const plans = plansOf(statements, app)
    .filter(({ sql }) => /FROM (`main`\.)?[`"](AuditEvent|User)[`"].*ORDER BY.*DESC/s.test(sql) && !/`id` IN \(/.test(sql))
    .map(({ steps }) => steps.join('; '));
  expect(plans.sort()).toEqual([
    // A search reads on from its cursor until its page is full, because no index can find a part of a text.
    'SCAN User USING INDEX User_createdAt_id_idx',
    'SCAN main.AuditEvent USING INDEX AuditEvent_at_id_idx',
    'SCAN main.User USING INDEX User_createdAt_id_idx',
    'SEARCH User USING INDEX User_createdAt_id_idx (createdAt<?)',
    'SEARCH main.AuditEvent USING INDEX AuditEvent_at_id_idx (at<?)',
    'SEARCH main.AuditEvent USING INDEX AuditEvent_userId_at_id_idx (userId=? AND at<?)',
    'SEARCH main.AuditEvent USING INDEX AuditEvent_userId_at_id_idx (userId=?)',
    'SEARCH main.User USING INDEX User_createdAt_id_idx (createdAt<?)',
  ]);
});
