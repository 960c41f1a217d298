/** Logouts that share a transaction, where another transaction blocks one of them. */
import { expect, test } from 'vitest';
import { startNode } from '../support/app/start-app.js';
import { logOut } from '../support/mutations/mutations.js';
import { borrowDatabase, withDatabase } from '../support/postgresql/postgresql.js';

test('a session that somebody else holds keeps the logouts of the others waiting for a moment only [R5]', async () => {
  const url = await borrowDatabase();
  const app = await startNode(url, { settings: { REVOCATION_CHECK: 'database' } });
  const held = await app.register();
  const others = [await app.login(), await app.login(), await app.login()];
  await withDatabase(url, async (client) => {
    await client.query('BEGIN');
    await client.query('SELECT 1 FROM "Session" WHERE "id" = $1 FOR UPDATE', [held.sid]);
    const waiting = logOut(app, { refreshToken: held.refreshToken });
    const isWaiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    while ((await client.query(isWaiting)).rowCount === 0);
    const answers = await Promise.all(others.map(({ refreshToken }) => logOut(app, { refreshToken })));
    await client.query('ROLLBACK');
    expect(answers).toEqual([1, 1, 1]);
    expect(await waiting).toBe(1);
  });
});
