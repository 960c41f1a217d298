/** The built server as its own process, on a free port and its own folder; both last until the test ends. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));

/** Runs a Node script that serves GraphQL and prints its address. Returns the address of its `/graphql`. */
export async function serve(script: string[] = [join(REPOSITORY, 'dist/command/latchkey.js'), 'start'], cwd?: string): Promise<string> {
  const dataDir = mkdtempSync(join(tmpdir(), 'latchkey-clients-'));
  // The database is SQLite, whichever one the other tests use.
  const check = process.env.TEST_REVOCATION_CHECK === 'database' ? 'database' : 'memory';
  const env = { PATH: process.env.PATH, PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'warn', REVOCATION_CHECK: check };
  const child = spawn(process.execPath, script, { cwd: cwd ?? dataDir, env, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    rmSync(dataDir, { recursive: true, force: true });
  });
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      const origin = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0];
      if (origin) resolve(`${origin}/graphql`);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`The server ended with ${code}: ${output}`)));
  });
}

/** Credentials for one client: each client logs in as its own user. */
export function newUser(name: string) {
  return { email: `${name}@example.com`, password: 'correct horse battery' };
}
