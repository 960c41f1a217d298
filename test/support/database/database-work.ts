/** Counts what a request asks of the database: statements, and commits that wait for the disk or do not. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { SqlQuery, Transaction } from '@prisma/driver-adapter-utils';
import { wrapDriver } from './driver.js';

export interface DatabaseWork {
  /** BEGIN and COMMIT are none. */
  readonly statements: string[];
  /** Commits that wait for the disk. */
  durable: number;
  /** Commits that do not. */
  lazy: number;
}

type Query = SqlQuery & { readonly isLazy?: boolean };

interface Queryable {
  queryRaw(query: Query): Promise<never>;
  executeRaw(query: Query): Promise<never>;
}

/**
 * Lasts until the test ends. Call it before `startApp`.
 *
 * @returns runs a request and counts its work, and nothing of what the server does meanwhile in the background
 */
export function countDatabaseWork(): (request: () => Promise<unknown>) => Promise<DatabaseWork> {
  const counting = new AsyncLocalStorage<DatabaseWork>();
  wrapDriver(async (connect) => {
    const adapter = await connect();
    watch(adapter as unknown as Queryable, (query) => noteStatement(counting.getStore(), query, true));
    const begin = adapter.startTransaction.bind(adapter);
    adapter.startTransaction = async (isolationLevel) => watchTransaction(await begin(isolationLevel), counting);
    return adapter;
  });
  return async (request) => {
    const work: DatabaseWork = { statements: [], durable: 0, lazy: 0 };
    await counting.run(work, request);
    return work;
  };
}

function watchTransaction(transaction: Transaction, counting: AsyncLocalStorage<DatabaseWork>): Transaction {
  watch(transaction as unknown as Queryable, (query) => noteStatement(counting.getStore(), query, false));
  const commit = transaction.commit.bind(transaction);
  transaction.commit = () => {
    const work = counting.getStore();
    if (work !== undefined) work.durable += 1;
    return commit();
  };
  return transaction;
}

function watch(queryable: Queryable, note: (query: Query) => void): void {
  for (const name of ['queryRaw', 'executeRaw'] as const) {
    const run = queryable[name].bind(queryable);
    queryable[name] = (query) => {
      note(query);
      return run(query);
    };
  }
}

/** @param isAlone whether the statement commits by itself */
function noteStatement(work: DatabaseWork | undefined, { sql, isLazy }: Query, isAlone: boolean): void {
  if (work === undefined || /^(BEGIN|COMMIT|ROLLBACK)$/.test(sql)) return;
  work.statements.push(sql);
  if (isLazy === true) work.lazy += 1;
  else if (isAlone && !/^\s*SELECT/.test(sql)) work.durable += 1;
}
