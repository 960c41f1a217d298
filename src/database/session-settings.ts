/**
 * Sets, on each connection to PostgreSQL, what a database or a role may have set otherwise and what the server depends on. The values are
 * the same for every connection: behind a pooler of transactions they stay with a connection that other clients get.
 */
import type pg from 'pg';

const SETTINGS: Readonly<Record<string, string>> = {
  // Timestamps and numbers are read as text.
  DateStyle: 'ISO, MDY',
  TimeZone: 'UTC',
  extra_float_digits: '1',
  bytea_output: 'hex',
  // The fences of the protocol are made for READ COMMITTED.
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  // Each kind of connection has deadlines of its own.
  lock_timeout: '0',
  idle_session_timeout: '0',
  transaction_timeout: '0',
};

/** Settings that this version of PostgreSQL does not know are left out. */
const VALUES = Object.entries(SETTINGS).map(([name, value]) => `('${name}', '${value}')`);
const SET = `SELECT set_config(known.name, wanted.value, false)
  FROM (VALUES ${VALUES.join(', ')}) AS wanted (name, value) JOIN pg_catalog.pg_settings AS known USING (name)`;

/** A connection that can't be set up must not be used. */
export async function setUpSession(client: Pick<pg.ClientBase, 'query'>): Promise<void> {
  await client.query(SET);
}
