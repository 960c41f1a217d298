/** Faults of a PostgreSQL server under a running node. */
import { randomBytes } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { withDatabase, withServer } from './postgresql.js';

/** Runs SQL on the same server, in another database. */
async function besides(url: string, sql: string, values: readonly string[] = []): Promise<void> {
  const server = Object.assign(new URL(url), { pathname: 'postgres' }).href;
  await withDatabase(server, (client) => client.query(sql, [...values]));
}

function nameOf(url: string): string {
  return new URL(url).pathname.slice(1);
}

/** Ends every connection to the database, as a restart of the server would. */
export async function cutConnections(url: string): Promise<void> {
  await besides(url, 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [nameOf(url)]);
}

/** The state after a failover: all connections are cut, and new ones are read-only. */
export async function setReadOnly(url: string, isReadOnly: boolean): Promise<void> {
  const change = isReadOnly ? 'SET default_transaction_read_only = on' : 'RESET default_transaction_read_only';
  await besides(url, `ALTER DATABASE ${nameOf(url)} ${change}`);
  await cutConnections(url);
}

/** While it is true, every connection is cut and new ones are refused. */
export async function setUnreachable(url: string, isUnreachable: boolean): Promise<void> {
  await besides(url, `ALTER DATABASE ${nameOf(url)} ALLOW_CONNECTIONS ${!isUnreachable}`);
  await cutConnections(url);
}

/** Ends the connections that listen for doorbells (NOTIFY). Their last statement identifies them: a LISTEN or a sign of life. */
export async function cutListeners(url: string): Promise<void> {
  const sql = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND (query LIKE 'LISTEN %' OR query = 'SELECT 1')`;
  await besides(url, sql, [nameOf(url)]);
}

/** Sets how many connections a role may have, and cuts those that it has. */
export async function limitConnections(url: string, role: string, connections: number): Promise<void> {
  await besides(url, `ALTER ROLE ${role} CONNECTION LIMIT ${connections}`);
  await cutConnections(url);
}

/** The same database for a role with a limited number of connections; the tests themselves are not limited. */
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

/** Empties the log, as restoring a backup or a failover may: the database forgets everything that was revoked. */
export async function loseLog(url: string): Promise<void> {
  await withDatabase(url, (client) =>
    client.query(`BEGIN; UPDATE "Session" SET "endedAt" = NULL, "endedReason" = NULL; DELETE FROM "BlacklistedToken";
      UPDATE "RevocationState" SET "version" = 0; COMMIT`),
  );
}

/**
 * Tries again as long as the node answers AUTH_UNAVAILABLE. A node notices that a connection was cut only when it uses it, so the first
 * request after a cut may fail.
 */
export async function untilAvailable<Result>(attempt: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      if (code !== 'AUTH_UNAVAILABLE' && !message.includes('AUTH_UNAVAILABLE')) throw error;
    }
  }
}
