/** Behind PgBouncer in transaction mode: no connection belongs to a node for longer than a transaction. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { collectLog } from '../support/collected-log.js';
import { logOutTold, readFigure } from '../support/lease-nodes.js';
import { behindPooler, hasPooler } from '../support/pooler.js';
import { makeDatabase, withDatabase } from '../support/postgresql.js';
import { startNode } from '../support/start-app.js';

const DEAF = { DOORBELL: 'off' };

const locksIn = (url: string) =>
  withDatabase(url, async (client) => (await client.query("SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND granted")).rows);

describe.skipIf(!hasPooler)('behind PgBouncer (skipped where it is not installed)', () => {
  test('nodes migrate, leave no lock behind, and a logout is in force on all of them when it is answered [R22] [R24]', async () => {
    const url = await makeDatabase('template0');
    const pooled = await behindPooler(url);
    const [one, two] = await Promise.all([startNode(pooled, { settings: DEAF }), startNode(pooled, { settings: DEAF })]);
    expect(await locksIn(url)).toEqual([]);
    const { accessToken } = await one.register();
    expect([await one.ask(accessToken), await two.ask(accessToken)]).toEqual(['ok', 'ok']);
    expect(await logOutTold(two, accessToken)).toMatchObject({ endedSessions: 1, confirmation: { by: 'LEASE_EXPIRY' } });
    expect(await one.ask(accessToken)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
  });

  test('a node that is not told that LISTEN brings nothing finds it out, counts as deaf, and says so [R24]', async () => {
    const { log, lines } = collectLog();
    const pooled = await behindPooler(await makeDatabase());
    const [one, two] = [await startNode(pooled, { log }), await startNode(pooled)];
    while (!lines.some(({ msg }) => String(msg).includes('LISTEN brings nothing'))) await nextTurn();
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
