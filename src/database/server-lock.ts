/** A lock that the PostgreSQL server keeps: one holder at a time, of all nodes. */
import pg from 'pg';
import { DatabaseUnusable, messageOf } from './failures.js';
import { connectionTo, MIGRATION_LOCK } from './postgresql-adapter.js';

/** Any number will do that no other program on the database uses for the same. */
const LOCK = 5_206_473_281;
const WAIT_MS = 120_000;

/** @throws DatabaseUnusable if the server does not give it */
export async function withServerLock<Result>(url: string, work: () => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ ...connectionTo(url), statement_timeout: WAIT_MS });
  // Lost while the work goes on: nothing is to be done about it, and the server has freed the lock.
  client.on('error', () => undefined);
  try {
    await client.connect();
    // It ends with the transaction, so it is right behind a pooler too.
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    await client.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
  } catch (error) {
    await client.end().catch(() => undefined);
    throw new DatabaseUnusable(`The PostgreSQL server in DATABASE_URL can't be used: ${messageOf(error)}.`, {
      advice: adviceFor(messageOf(error)),
    });
  }
  try {
    return await work();
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** PgBouncer refuses what it does not know until it is told to ignore it. */
function adviceFor(message: string): string {
  if (!message.includes('unsupported startup parameter')) return '';
  return 'For PgBouncer set ignore_startup_parameters = statement_timeout,idle_in_transaction_session_timeout (docs/operations.md).';
}
