/** Holds back an answer of the database, so that a test decides what happens before the server receives it. */
import { EventEmitter, once } from 'node:events';
import type { SqlQuery, SqlQueryable } from '@prisma/driver-adapter-utils';
import { wrapDriver } from './driver.js';

export interface HeldAnswer {
  /** Resolves when the database has answered. */
  readonly reached: Promise<unknown>;
  release(): unknown;
}

/** Lasts until the test ends. Call it before `startApp`. @returns a function that holds the answer to the next query matching a pattern */
export function makeAnswersHold(): (pattern: RegExp) => HeldAnswer {
  const holds: { readonly pattern: RegExp; readonly events: EventEmitter; readonly released: Promise<unknown> }[] = [];
  const watch = <Queryable extends SqlQueryable>(queryable: Queryable): Queryable => {
    const run = queryable.queryRaw.bind(queryable);
    queryable.queryRaw = async (query: SqlQuery) => {
      const index = holds.findIndex(({ pattern }) => pattern.test(query.sql));
      const [hold] = index === -1 ? [] : holds.splice(index, 1);
      const answer = await run(query);
      hold?.events.emit('reached');
      await hold?.released;
      return answer;
    };
    return queryable;
  };
  wrapDriver(async (connect) => {
    const adapter = watch(await connect());
    const begin = adapter.startTransaction.bind(adapter);
    adapter.startTransaction = async (isolationLevel) => watch(await begin(isolationLevel));
    return adapter;
  });
  return (pattern) => {
    const events = new EventEmitter();
    const reached = once(events, 'reached');
    holds.push({ pattern, events, released: once(events, 'released') });
    return { reached, release: () => events.emit('released') };
  };
}
