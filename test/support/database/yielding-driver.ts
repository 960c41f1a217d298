/**
 * Lets requests overlap inside one process: SQLite answers in the same turn of the event loop, so without pauses a race test would contain
 * no race.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SqlDriverAdapter, SqlQueryable, Transaction } from '@prisma/driver-adapter-utils';
import { onTestFinished } from 'vitest';
import { onPostgresql } from '../postgresql/postgresql.js';
import { wrapDriver } from './driver.js';

type Pause = () => Promise<void>;

/** Waits from none to `most` turns of the event loop, by a multiplicative sequence that is the same in every run. */
export function createPauses(most = 3): Pause {
  let state = 12_345;
  return async () => {
    state = (state * 48_271) % 2_147_483_647;
    for (let turns = state % (most + 1); turns > 0; turns -= 1) await nextTurn();
  };
}

/**
 * Whether the pauses decide who comes first, the same in every run. With PostgreSQL the network decides: every race may have the same
 * winner.
 */
export const pausesDecide = !onPostgresql;

/** Until the test ends, every statement and every COMMIT pauses before and after it runs. Call it before `startApp`. */
export function makeDriverYield(): void {
  // A statement that goes over a network lets other requests in by itself.
  const pauses = createPauses(pausesDecide ? 3 : 0);
  let count = 0;
  const pause: Pause = () => {
    count += 1;
    return pauses();
  };
  wrapDriver(async (connect) => yielding(await connect(), pause));
  onTestFinished(() => {
    // If the server bypassed this driver, requests would no longer overlap and every race test would pass without testing anything.
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
