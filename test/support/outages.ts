/** What can happen to a PostgreSQL server under a running node. */
import { randomBytes } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { withServer } from './postgresql.js';

function nameOf(url: string): string {
  return new URL(url).pathname.slice(1);
}

/** Ends every connection to the database, as a restart of the server does. */
export async function cutConnections(url: string): Promise<void> {
  await withServer((client) => client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [nameOf(url)]));
}

/** What a failover leaves behind: all connections are cut, and the new ones take no writes. */
export async function setReadOnly(url: string, isReadOnly: boolean): Promise<void> {
  const change = isReadOnly ? 'SET default_transaction_read_only = on' : 'RESET default_transaction_read_only';
  await withServer((client) => client.query(`ALTER DATABASE ${nameOf(url)} ${change}`));
  await cutConnections(url);
}

/** While it is true nobody can connect, and nobody is connected. */
export async function setUnreachable(url: string, isUnreachable: boolean): Promise<void> {
  await withServer((client) => client.query(`ALTER DATABASE ${nameOf(url)} ALLOW_CONNECTIONS ${!isUnreachable}`));
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
