/** PgBouncer in transaction mode in front of the PostgreSQL of the tests, where it is installed. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { findFreePort } from '../sockets/ports.js';
import { POSTGRES_URL } from './postgresql.js';

export const hasPooler = spawnSync('pgbouncer', ['--version']).status === 0;

/** PgBouncer refuses startup parameters that it does not know, unless it is configured to ignore them. */
export const IGNORED = 'statement_timeout,idle_in_transaction_session_timeout';

/** @returns the address of the same database behind its own pooler, which stops when the test ends */
export async function behindPooler(url: string, ignored = IGNORED): Promise<string> {
  const { hostname, port, username } = new URL(POSTGRES_URL);
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-pooler-'));
  const listenPort = await findFreePort();
  const database = new URL(url).pathname.slice(1);
  const path = join(folder, 'pgbouncer.ini');
  const settings = {
    listen_addr: '127.0.0.1',
    listen_port: listenPort,
    unix_socket_dir: '',
    auth_type: 'any',
    pool_mode: 'transaction',
    ignore_startup_parameters: ignored,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  const target = `host=${hostname} port=${port || 5432} user=${username} dbname=${database}`;
  writeFileSync(path, ['[databases]', `${database} = ${target}`, '[pgbouncer]', ...lines, ''].join('\n'));
  await run(path, folder);
  const pooled = new URL(url);
  pooled.host = `127.0.0.1:${listenPort}`;
  return pooled.href;
}

async function run(path: string, folder: string): Promise<void> {
  // PgBouncer refuses to run as root, but reads its settings before it drops that user.
  const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const child = spawn('pgbouncer', [...user, path], { stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exited;
    rmSync(folder, { recursive: true, force: true });
  });
  let logged = '';
  for await (const chunk of child.stderr) {
    logged += chunk;
    if (logged.includes('process up')) return;
  }
  throw new Error(`PgBouncer did not start: ${logged}`);
}
