/** Records every statement that the server sends to the database. */
import type { SqlQuery, SqlQueryable } from '@prisma/driver-adapter-utils';
import { wrapDriver } from './driver.js';

/** Lasts until the test ends. Call it before `startApp`. The list is in the order of sending. */
export function collectStatements(): string[] {
  const statements: string[] = [];
  const watch = <Queryable extends SqlQueryable>(queryable: Queryable): Queryable => {
    for (const name of ['queryRaw', 'executeRaw'] as const) {
      const run = queryable[name].bind(queryable) as (query: SqlQuery) => Promise<never>;
      queryable[name] = (query: SqlQuery) => {
        statements.push(query.sql);
        return run(query);
      };
    }
    return queryable;
  };
  wrapDriver(async (connect) => {
    const adapter = watch(await connect());
    const begin = adapter.startTransaction.bind(adapter);
    adapter.startTransaction = async (isolationLevel) => watch(await begin(isolationLevel));
    return adapter;
  });
  return statements;
}
