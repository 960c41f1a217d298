/**
 * Lets requests overlap inside one process. The SQLite driver answers in the same turn of the event loop, so without this a request
 * that has begun with the database is through with it before another one begins, and a race in a test is none.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SqlDriverAdapter, SqlQueryable, Transaction } from '@prisma/driver-adapter-utils';
import { onTestFinished } from 'vitest';
import { onPostgresql } from '../postgresql/postgresql.js';
import { wrapDriver } from './driver.js';

type Pause = () => Promise<void>;

/** Some turns of the event loop, from none to the most: from a multiplicative sequence that is the same in every run. */
export function createPauses(most = 3): Pause {
  let state = 12_345;
  return async () => {
    state = (state * 48_271) % 2_147_483_647;
    for (let turns = state % (most + 1); turns > 0; turns -= 1) await nextTurn();
  };
}

/** Whether the pauses decide who comes first, the same in every run. With PostgreSQL the network does: a race may have one winner only. */
export const pausesDecide = !onPostgresql;

/** Until the test ends, every statement and every COMMIT pauses before and after. Call it before `startApp`. */
export function makeDriverYield(): void {
  // What goes over a network lets others in by itself.
  const pauses = createPauses(pausesDecide ? 3 : 0);
  let count = 0;
  const pause: Pause = () => {
    count += 1;
    return pauses();
  };
  wrapDriver(async (connect) => yielding(await connect(), pause));
  onTestFinished(() => {
    // A driver that went another way would turn every race into a walk-over, and all tests would pass.
    if (count === 0) throw new Error('the driver has not paused once');
  });
}

function yielding<Adapter extends SqlDriverAdapter>(adapter: Adapter, pause: Pause): Adapter {
  const begin = adapter.startTransaction.bind(adapter);
  adapter.startTransaction = async (isolationLevel) => yieldingTransaction(await begin(isolationLevel), pause);
  return withPausedStatements(adapter, pause);
}

function yieldingTransaction(transaction: Transaction, pause: Pause): Transaction {
  transaction.commit = paused(transaction.commit.bind(transaction), pause);
  transaction.rollback = paused(transaction.rollback.bind(transaction), pause);
  return withPausedStatements(transaction, pause);
}

function withPausedStatements<Queryable extends SqlQueryable>(queryable: Queryable, pause: Pause): Queryable {
  queryable.queryRaw = paused(queryable.queryRaw.bind(queryable), pause);
  queryable.executeRaw = paused(queryable.executeRaw.bind(queryable), pause);
  return queryable;
}

function paused<Input extends unknown[], Output>(run: (...input: Input) => Promise<Output>, pause: Pause) {
  return async (...input: Input): Promise<Output> => {
    await pause();
    const output = await run(...input);
    await pause();
    return output;
  };
}
