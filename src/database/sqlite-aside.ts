/** Reads from a SQLite file in a thread of its own, because the driver blocks the event loop until a statement has ended. */
import { Worker } from 'node:worker_threads';
import { DatabaseUnusable } from './failures.js';
import type { StatementResult } from './sqlite-connection.js';

type Answer = StatementResult | { readonly failure: string };

/** The thread. It loads the driver as this file does, and answers with the result of one statement. */
const THREAD = `
  const { createRequire } = require('node:module');
  const { parentPort, workerData: { home, path, sql, args } } = require('node:worker_threads');
  try {
    const Sqlite = createRequire(home)('libsql');
    const sqlite = new Sqlite(path, { fileMustExist: true });
    const statement = sqlite.prepare(sql).safeIntegers(true).raw(true);
    const columns = statement.columns();
    const rows = statement.all(args);
    parentPort.postMessage({
      columns: columns.map(({ name }) => name),
      columnTypes: columns.map(({ type }) => type ?? ''),
      rows,
      rowsAffected: 0,
    });
    sqlite.close();
  } catch (error) {
    parentPort.postMessage({ failure: String(error?.message ?? error) });
  }`;

/** @throws DatabaseUnusable if the statement fails */
export async function readAside(
  path: string,
  statement: { readonly sql: string; readonly args: readonly unknown[] },
): Promise<StatementResult> {
  const answer = await new Promise<Answer>((resolve, reject) => {
    const worker = new Worker(THREAD, { eval: true, execArgv: [], workerData: { home: import.meta.url, path, ...statement } });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => resolve({ failure: 'the thread has ended without an answer' }));
  });
  if ('failure' in answer) throw new DatabaseUnusable(`A long read of ${path} failed: ${answer.failure}`);
  return answer;
}
