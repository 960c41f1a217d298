/** Makes COMMITs fail in the two ways that a caller can't tell apart: before they take effect, and after. */
import type { SqlDriverAdapter, SqlQuery, SqlQueryable, Transaction } from '@prisma/driver-adapter-utils';
import { wrapDriver } from './driver.js';

/** `lost`: rolled back; `late`: committed, but the answer is lost; `last`: committed, then the database goes away; `null`: no fault. */
export type CommitFault = 'lost' | 'late' | 'last' | null;

export interface FailingCommit {
  /**
   * The fault of the next COMMIT of a transaction that reads or writes what a logout does; later ones work. Other
   * transactions are the server's own in the background, and which of them comes first depends on the speed of the machine.
   */
  fault: CommitFault;
  /** While it is true, new connections fail and pooled ones do not answer. */
  isCutOff: boolean;
}

/** Lasts until the test ends. Call it before `startApp`. */
export function makeCommitFail(): FailingCommit {
  const faults: FailingCommit = { fault: null, isCutOff: false };
  wrapDriver((connect) => connectFailing(connect, faults));
  return faults;
}

/** An adapter whose COMMITs fail as `faults` says. */
export async function connectFailing(connect: () => Promise<SqlDriverAdapter>, faults: FailingCommit): Promise<SqlDriverAdapter> {
  assertConnected(faults);
  const adapter = await connect();
  cutOff(adapter, faults);
  const begin = adapter.startTransaction.bind(adapter);
  adapter.startTransaction = async (isolationLevel) => {
    if (onPostgresql(adapter)) assertConnected(faults);
    const transaction = await begin(isolationLevel);
    const takeOwn = noteSubject(transaction, faults);
    if (onPostgresql(adapter)) failStatement(transaction, faults, takeOwn);
    else failCall(transaction, faults, takeOwn);
    return transaction;
  };
  return adapter;
}

/** @returns takes the fault that waits, once the transaction has touched what a logout does */
function noteSubject(transaction: Transaction, faults: FailingCommit): () => CommitFault {
  let isOurs = false;
  for (const method of ['executeRaw', 'queryRaw'] as const) {
    const run = transaction[method].bind(transaction) as (query: SqlQuery) => Promise<never>;
    transaction[method] = (query: SqlQuery) => {
      isOurs ||= /AuditEvent|Session|SigningKey/.test(query.sql);
      return run(query);
    };
  }
  return () => {
    if (!isOurs) return null;
    const { fault } = faults;
    faults.fault = null;
    return fault;
  };
}

/** With SQLite the server calls the driver's commit function. */
function failCall(transaction: Transaction, faults: FailingCommit, takeOwn: () => CommitFault): void {
  const { commit, rollback } = { commit: transaction.commit.bind(transaction), rollback: transaction.rollback.bind(transaction) };
  transaction.commit = async () => {
    const fault = takeOwn();
    if (fault === 'last') faults.isCutOff = true;
    if (fault === null || fault === 'last') return commit();
    await (fault === 'late' ? commit() : rollback());
    throw failure();
  };
}

/** With PostgreSQL the server sends COMMIT as a statement. */
function failStatement(transaction: Transaction, faults: FailingCommit, takeOwn: () => CommitFault): void {
  const run = transaction.executeRaw.bind(transaction);
  transaction.executeRaw = async (query) => {
    const fault = query.sql === 'COMMIT' ? takeOwn() : null;
    if (fault === 'last') faults.isCutOff = true;
    if (fault === null || fault === 'last') return run(query);
    await run(fault === 'late' ? query : { ...query, sql: 'ROLLBACK' });
    throw failure();
  };
}

function cutOff(adapter: SqlDriverAdapter & SqlQueryable, faults: FailingCommit): void {
  const run = adapter.queryRaw.bind(adapter);
  adapter.queryRaw = async (query) => {
    assertConnected(faults);
    return IS_LOGOUT.test(query.sql) ? failLogout(() => run(query), faults) : run(query);
  };
}

/** With PostgreSQL a logout is one statement that commits by itself. */
const IS_LOGOUT = /^WITH "ended" AS \(UPDATE "Session"/;

async function failLogout<Answer>(run: () => Promise<Answer>, faults: FailingCommit): Promise<Answer> {
  const { fault } = faults;
  faults.fault = null;
  if (fault === 'lost') throw failure();
  const answer = await run();
  if (fault === 'last') faults.isCutOff = true;
  if (fault === 'late') throw failure();
  return answer;
}

/** Prisma's adapter says so by its provider, and the gate of the hot statements by its dialect. */
function onPostgresql(adapter: SqlDriverAdapter): boolean {
  return adapter.provider === 'postgres' || ('dialect' in adapter && adapter.dialect === 'postgresql');
}

/** The outage begins after the COMMIT that is to fail. */
function assertConnected({ isCutOff, fault }: FailingCommit): void {
  if (isCutOff && fault === null) throw Object.assign(new Error('no connection'), { name: 'LibsqlError' });
}

function failure(): Error {
  return Object.assign(new Error('disk I/O error'), { name: 'LibsqlError' });
}
