/** A PostgreSQL server that a fault run may break: its own where the programs are installed, else a database on the server of the tests. */
import { execFile } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { onTestFinished } from 'vitest';
import { findFreePort } from '../sockets/ports.js';
import { asLimitedRole } from './outages.js';
import { makeDatabase, POSTGRES_URL, withDatabase } from './postgresql.js';

const run = promisify(execFile);

export interface PostgresqlServer {
  /** The address of the database for an administrator. */
  readonly url: string;
  /** The address for the nodes: its role is bound by limits. */
  readonly nodeUrl: string;
  readonly role: string;
  /** Stops and starts the server; `immediate` is like a crash. Null if we may not stop the server. */
  readonly restart: ((mode: 'fast' | 'immediate') => Promise<void>) | null;
}

/** The value by which PostgreSQL writes no CONNECTION LIMIT. */
export const UNLIMITED = -1;

const PLACES = ['/usr/lib/postgresql', '/opt/homebrew/opt', '/usr/local/opt'];

export async function startPostgresql(): Promise<PostgresqlServer> {
  const programs = findPrograms();
  if (programs === null) {
    // The role is made first and so dropped last: PostgreSQL does not drop a role that owns something.
    const { url: limited, role } = await asLimitedRole(POSTGRES_URL, UNLIMITED);
    const url = await makeDatabase('template0');
    await withDatabase(url, (client) => client.query(`GRANT ALL ON SCHEMA public TO ${role}`));
    return { url, nodeUrl: Object.assign(new URL(limited), { pathname: new URL(url).pathname }).href, role, restart: null };
  }
  return startOwn(programs);
}

/** The folder of the newest version that has `initdb`. */
function findPrograms(): string | null {
  const installed = PLACES.filter((path) => existsSync(path)).flatMap((path) =>
    readdirSync(path)
      .sort((one, two) => Number.parseFloat(two) - Number.parseFloat(one))
      .map((version) => join(path, version, 'bin')),
  );
  return [...installed, ...(process.env.PATH ?? '').split(':')].find((folder) => existsSync(join(folder, 'initdb'))) ?? null;
}

async function startOwn(programs: string): Promise<PostgresqlServer> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-postgresql-'));
  const data = join(folder, 'data');
  const port = await findFreePort();
  // PostgreSQL refuses to run as root.
  const isRoot = process.getuid?.() === 0;
  if (isRoot) {
    const { stdout } = await run('id', ['-u', 'postgres']);
    chownSync(folder, Number(stdout), -1);
  }
  const call = (program: string, ...args: readonly string[]) => {
    const path = join(programs, program);
    return isRoot ? run('runuser', ['-u', 'postgres', '--', path, ...args], { cwd: folder }) : run(path, [...args], { cwd: folder });
  };
  const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='${folder}' -c shared_buffers=32MB`;
  const log = join(folder, 'log');
  const start = () => call('pg_ctl', 'start', '-w', '-D', data, '-l', log, '-o', settings);
  const stop = (mode: string) => call('pg_ctl', 'stop', '-w', '-D', data, '-m', mode);
  await call('initdb', '-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync');
  await start();
  onTestFinished(async () => {
    await stop('immediate').catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
  });
  const server = new pg.Client({ connectionString: `postgresql://postgres@127.0.0.1:${port}/postgres` });
  await server.connect();
  await server.query('CREATE ROLE latchkey LOGIN');
  await server.query('CREATE DATABASE latchkey OWNER latchkey');
  await server.end();
  const urlFor = (role: string) => `postgresql://${role}@127.0.0.1:${port}/latchkey`;
  return {
    url: urlFor('postgres'),
    nodeUrl: urlFor('latchkey'),
    role: 'latchkey',
    async restart(mode) {
      await stop(mode);
      await start();
    },
  };
}
