/** Behind PgBouncer in transaction mode: a node keeps no connection for longer than a transaction. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { collectLog } from '../support/app/collected-log.js';
import { startNode } from '../support/app/start-app.js';
import { logOutTold, readFigure } from '../support/postgresql/lease-nodes.js';
import { behindPooler, hasPooler } from '../support/postgresql/pooler.js';
import { makeDatabase, withDatabase } from '../support/postgresql/postgresql.js';

const DEAF = { DOORBELL: 'off' };

/** Counts in this database only, because tests that run beside this one start nodes too. */
const countLocks = (url: string) =>
  withDatabase(url, async (client) => {
    const { rowCount } = await client.query(
      `SELECT 1 FROM pg_locks JOIN pg_database ON pg_database.oid = database WHERE locktype = 'advisory' AND datname = current_database()`,
    );
    return rowCount;
  });

describe.skipIf(!hasPooler)('behind PgBouncer (skipped where it is not installed)', () => {
  test('nodes migrate, leave no lock behind, and a logout is in force on all of them when it is answered [R22] [R24]', async () => {
    const url = await makeDatabase('template0');
    const pooled = await behindPooler(url);
    const [one, two] = await Promise.all([startNode(pooled, { settings: DEAF }), startNode(pooled, { settings: DEAF })]);
    // The pooler ends the transaction of the start lock a moment after the node has continued. A session-level lock would stay for good.
    while ((await countLocks(url)) !== 0);
    const { accessToken } = await one.register();
    expect([await one.ask(accessToken), await two.ask(accessToken)]).toEqual(['ok', 'ok']);
    expect(await logOutTold(two, accessToken)).toMatchObject({ endedSessions: 1, confirmation: { by: 'LEASE_EXPIRY' } });
    expect(await one.ask(accessToken)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
  });

  test('a node that is not told that LISTEN brings nothing finds it out, counts as deaf, and says so [R24]', async () => {
    const { log, lines } = collectLog();
    const pooled = await behindPooler(await makeDatabase());
    const [one, two] = [await startNode(pooled, { log }), await startNode(pooled)];
    while (!lines.some(({ msg }) => String(msg).includes('LISTEN receives nothing'))) await nextTurn();
    expect(await readFigure(one, 'latchkey_lease_listening')).toBe(0);
    const { accessToken } = await one.register();
    const { confirmation } = await logOutTold(two, accessToken);
    expect(confirmation.by).toBe('LEASE_EXPIRY');
    expect(await one.ask(accessToken)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
    const outcome = await one.app.administration.examine();
    const findings = outcome.kind === 'done' ? outcome.result : [];
    expect(findings.find(({ check }) => check === 'doorbells')).toMatchObject({
      isRight: false,
      advice: expect.stringContaining('DOORBELL=off'),
    });
  });

  test('one that refuses what it does not know is told of with what to set', async () => {
    const pooled = await behindPooler(await makeDatabase(), 'extra_float_digits');
    await expect(startNode(pooled, { settings: DEAF })).rejects.toMatchObject({
      name: 'DatabaseUnusable',
      message: expect.stringContaining('set ignore_startup_parameters = statement_timeout,idle_in_transaction_session_timeout'),
    });
  });
});
