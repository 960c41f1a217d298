/** What can happen to a PostgreSQL server under a running node. */
import { randomBytes } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { withDatabase, withServer } from './postgresql.js';

/** On the server of a database, in another one. */
async function besides(url: string, sql: string, values: readonly string[] = []): Promise<void> {
  const server = Object.assign(new URL(url), { pathname: 'postgres' }).href;
  await withDatabase(server, (client) => client.query(sql, [...values]));
}

function nameOf(url: string): string {
  return new URL(url).pathname.slice(1);
}

/** Ends every connection to the database, as a restart of the server does. */
export async function cutConnections(url: string): Promise<void> {
  await besides(url, 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [nameOf(url)]);
}

/** What a failover leaves behind: all connections are cut, and the new ones take no writes. */
export async function setReadOnly(url: string, isReadOnly: boolean): Promise<void> {
  const change = isReadOnly ? 'SET default_transaction_read_only = on' : 'RESET default_transaction_read_only';
  await besides(url, `ALTER DATABASE ${nameOf(url)} ${change}`);
  await cutConnections(url);
}

/** While it is true nobody can connect, and nobody is connected. */
export async function setUnreachable(url: string, isUnreachable: boolean): Promise<void> {
  await besides(url, `ALTER DATABASE ${nameOf(url)} ALLOW_CONNECTIONS ${!isUnreachable}`);
  await cutConnections(url);
}

/** Ends the connections that hear doorbells, told by what they said last: that they listen, or that they still live. */
export async function cutListeners(url: string): Promise<void> {
  const sql = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND (query LIKE 'LISTEN %' OR query = 'SELECT 1')`;
  await besides(url, sql, [nameOf(url)]);
}

/** How many connections a role may have; those that it has are cut. */
export async function limitConnections(url: string, role: string, connections: number): Promise<void> {
  await besides(url, `ALTER ROLE ${role} CONNECTION LIMIT ${connections}`);
  await cutConnections(url);
}

/** The same database for a role that may have so many connections; the tests themselves have none of its limits. */
export async function asLimitedRole(url: string, connections: number): Promise<{ url: string; role: string }> {
  const role = `latchkey_role_${randomBytes(6).toString('hex')}`;
  await withServer((client) => client.query(`CREATE ROLE ${role} LOGIN PASSWORD 'only-for-tests' CONNECTION LIMIT ${connections}`));
  onTestFinished(async () => {
    await withServer((client) => client.query(`DROP ROLE IF EXISTS ${role}`));
  });
  const limited = new URL(url);
  limited.username = role;
  limited.password = 'only-for-tests';
  return { url: limited.href, role };
}

/** As a backup that is put back, or a failover, does it: everything that was revoked is forgotten. */
export async function loseLog(url: string): Promise<void> {
  await withDatabase(url, (client) =>
    client.query(`BEGIN; UPDATE "Session" SET "endedAt" = NULL, "endedReason" = NULL; DELETE FROM "BlacklistedToken";
      UPDATE "RevocationState" SET "version" = 0; COMMIT`),
  );
}
