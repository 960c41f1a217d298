/** Every query that the server makes goes by an index: what it costs does not grow with the other users. */
import type { SqlQuery, SqlQueryable } from '@prisma/driver-adapter-utils';
import { expect, onTestFinished, test } from 'vitest';
import { DurableSqliteFactory } from '../../src/database/sqlite-adapter.js';
import { PASSWORD } from '../support/requests.js';
import { startApp } from '../support/start-app.js';
import { readRows } from '../support/stored-rows.js';

/** Tables that are read whole on purpose: they are tiny, or counted by a command. */
const MAY_BE_READ_WHOLE = /`(SigningKey|RevocationState|BlacklistedToken)`/;

/** A step that reads rows one by one; `CO-ROUTINE` is what Prisma's `aggregate` comes to, whatever index there is. */
const READS_ALL = /^SCAN main\.\w+$|^CO-ROUTINE/;

function collectStatements(): Set<string> {
  const statements = new Set<string>();
  const watch = <Queryable extends SqlQueryable>(queryable: Queryable): Queryable => {
    for (const name of ['queryRaw', 'executeRaw'] as const) {
      const run = queryable[name].bind(queryable) as (query: SqlQuery) => Promise<never>;
      queryable[name] = (query: SqlQuery) => {
        statements.add(query.sql);
        return run(query);
      };
    }
    return queryable;
  };
  const { connect } = DurableSqliteFactory.prototype;
  DurableSqliteFactory.prototype.connect = async function () {
    const adapter = watch(await connect.call(this));
    const begin = adapter.startTransaction.bind(adapter);
    adapter.startTransaction = async (isolationLevel) => watch(await begin(isolationLevel));
    return adapter;
  };
  onTestFinished(() => {
    DurableSqliteFactory.prototype.connect = connect;
  });
  return statements;
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
  await administration.listUsers();
  await administration.listSessions({ user: 'other@example.com' });
  await administration.disableUser({ user: 'other@example.com' });
  await administration.rotateKeys();
  await administration.blacklistStats();
  await administration.examine();
  app.clock.advance(40 * 86_400);
  await administration.prune();
  await app.app.close();

  const plans = [...statements]
    .filter((sql) => /^\s*(SELECT|UPDATE|DELETE)/i.test(sql) && !sql.endsWith('WHERE 1=0'))
    .map((sql) => ({ sql, steps: readRows(app.dataDir, `EXPLAIN QUERY PLAN ${sql}`).map(({ detail }) => String(detail)) }));
  expect(plans.length).toBeGreaterThan(20);
  expect(plans.filter(({ sql, steps }) => steps.some((step) => READS_ALL.test(step)) && !MAY_BE_READ_WHOLE.test(sql))).toEqual([]);
  const ofUser = plans.filter(({ sql }) => /WHERE.*`Session`\.`userId` = \?/.test(sql));
  expect(ofUser.length).toBeGreaterThan(1);
  expect(ofUser.filter(({ steps }) => !steps.some((step) => /userId=\?|\(id=\?\)/.test(step)))).toEqual([]);
});
