/** Faults of a running server's database file: a lock held by another process, a full disk. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';

const HOLD = `
  const Sqlite = require('libsql');
  const database = new Sqlite(process.argv[1], { timeout: 5000 });
  database.exec('BEGIN IMMEDIATE');
  process.stdout.write('locked');
  process.stdin.resume().on('end', () => process.exit(0));
`;

export interface HeldLock {
  release(): Promise<void>;
}

/** Lets another process begin a writing transaction and keep it open. */
export async function lockFromOutside(path: string): Promise<HeldLock> {
  const child = spawn(process.execPath, ['-e', HOLD, path], { cwd: process.cwd(), stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  onTestFinished(() => void child.kill('SIGKILL'));
  await Promise.race([once(child.stdout, 'data'), ended.then(() => Promise.reject(new Error('the lock could not be taken')))]);
  return {
    async release() {
      child.stdin.end();
      await ended;
    },
  };
}

/** Whether the limits of a running process can be changed on this machine. */
export const canFillDisk = (() => {
  try {
    execFileSync('prlimit', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** From now on the process can't grow any file beyond one byte: every write of SQLite fails as on a full disk. */
export function fillDisk(pid: number): void {
  execFileSync('prlimit', ['--pid', String(pid), '--fsize=1:unlimited']);
}

export function emptyDisk(pid: number): void {
  execFileSync('prlimit', ['--pid', String(pid), '--fsize=unlimited:unlimited']);
}
