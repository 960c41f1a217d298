/** One process owns the data: a lock in DATA_DIR that the system frees when the process ends, however it ends (R15). */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'libsql';

/** Somebody else owns the data. */
export class DataDirLocked extends Error {
  override readonly name = 'DataDirLocked';

  constructor(
    dataDir: string,
    readonly holder: string,
  ) {
    super(`${dataDir} is in use by ${holder}. One process at a time owns it: stop that one first, or give this one a DATA_DIR of its own.`);
  }
}

export interface FileLock {
  release(): void;
}

/**
 * Takes the lock by opening an exclusive transaction on a SQLite file of its own, which holds a lock of the operating system.
 *
 * @param holder what this process is, for the message that the next one gets
 * @throws DataDirLocked if another process has it
 */
export function lockDataDir(dataDir: string, holder: string): FileLock {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const database = new Sqlite(join(dataDir, 'lock'));
  const holderPath = join(dataDir, 'lock.holder');
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch {
    database.close();
    throw new DataDirLocked(dataDir, readHolder(holderPath));
  }
  writeFileSync(holderPath, `${holder}, process ${process.pid}`, { mode: 0o600 });
  return { release: () => database.close() };
}

function readHolder(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return 'another process';
  }
}
