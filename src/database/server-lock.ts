/** Takes a lock on the PostgreSQL server, which one node at a time can hold. */
import pg from 'pg';
import { DatabaseUnusable, messageOf } from './failures.js';
import { connectionTo, MIGRATION_LOCK } from './postgresql-adapter.js';
import { setUpSession } from './session-settings.js';

/** An arbitrary number that no other program on the database uses for an advisory lock. */
const LOCK = 5_206_473_281;
const WAIT_MS = 120_000;
const HELD_WITHIN_MS = 24 * 3_600_000;

/** Runs the work while this node holds the lock. @throws DatabaseUnusable if the lock can't be taken */
export async function withServerLock<Result>(url: string, work: () => Promise<Result>): Promise<Result> {
  const client = new pg.Client({
    ...connectionTo(url),
    statement_timeout: WAIT_MS,
    // The transaction is idle for as long as the work takes.
    idle_in_transaction_session_timeout: HELD_WITHIN_MS,
  });
  // If the connection is lost during the work, the server frees the lock and the work continues. An unhandled error would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await setUpSession(client);
    // A lock of the transaction, not of the session, so that it also works behind a transaction pooler.
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

/** What the operator should do, by what PostgreSQL, a pooler or the network has said. */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  // PgBouncer rejects unknown startup parameters unless it is configured to ignore them.
  [
    /unsupported startup parameter/,
    'For PgBouncer set ignore_startup_parameters = statement_timeout,idle_in_transaction_session_timeout (docs/operations.md).',
  ],
  [/database ".*" does not exist/, 'Make it, for the role of DATABASE_URL: CREATE DATABASE <name> OWNER <role>.'],
  [/role|password|pg_hba|SASL|SCRAM/, 'Check the user and the password in DATABASE_URL, and pg_hba.conf.'],
  [/ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|timeout expired/, 'Start PostgreSQL, or check the host and the port in DATABASE_URL.'],
  [/SSL|TLS|certificate/i, 'Check sslmode and sslrootcert in DATABASE_URL (docs/operations.md).'],
];

function adviceFor(message: string): string {
  return ADVICE.find(([pattern]) => pattern.test(message))?.[1] ?? '';
}
