/** One process owns the data: locks that the system frees when the process ends, however it ends (R15). */
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import Sqlite from 'libsql';
import { OperatorFault } from '../lib/operator-fault.js';
import { isPostgresql } from './engines.js';

/** Somebody else owns the data. */
export class DataDirLocked extends OperatorFault {
  override readonly name = 'DataDirLocked';

  constructor(
    place: string,
    readonly holder: string,
  ) {
    super(`${place} is in use by ${holder}. One process at a time owns it:`, {
      advice: 'stop that one first, or give this one a DATA_DIR and a database of its own.',
    });
  }
}

/** The lock can't be taken, and it is not because somebody has it. */
export class LockFailed extends OperatorFault {
  override readonly name = 'LockFailed';

  constructor(path: string, cause: unknown) {
    const advice = 'If it is not a lock of Latchkey, move it away; else look at its rights and at the disk.';
    super(`The lock ${path} can't be opened.`, { advice, cause });
  }
}

export interface FileLock {
  release(): void;
}

/**
 * Takes DATA_DIR, and the SQLite file too, wherever it lies: two folders may name one file, and one of them may hold it.
 * PostgreSQL is there for many.
 *
 * @param holder what this process is, for the message that the next one gets
 * @throws DataDirLocked if another process has one of them
 * @throws LockFailed
 */
export function lockData(dataDir: string, databaseUrl: string, holder: string): FileLock {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const locks = [lock(join(dataDir, 'lock'), dataDir, holder)];
  const files = isPostgresql(databaseUrl) ? [] : [realPathOf(databaseUrl.slice('file:'.length))];
  try {
    for (const file of files) locks.push(lock(`${file}.lock`, file, holder));
  } catch (error) {
    for (const { release } of locks) release();
    throw error;
  }
  return {
    release: () => {
      for (const { release } of locks) release();
    },
  };
}

/** An exclusive transaction on a SQLite file of its own holds a lock of the operating system. */
function lock(path: string, place: string, holder: string): FileLock {
  const database = openLock(path);
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    throw isBusy(error) ? new DataDirLocked(place, readHolder(path)) : new LockFailed(path, error);
  }
  writeFileSync(`${path}.holder`, `${holder}, process ${process.pid}`, { mode: 0o600 });
  return { release: () => database.close() };
}

function openLock(path: string) {
  try {
    return new Sqlite(path);
  } catch (error) {
    throw new LockFailed(path, error);
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY');
}

function readHolder(path: string): string {
  try {
    return readFileSync(`${path}.holder`, 'utf8');
  } catch {
    return 'another process';
  }
}

/** The file may not be there yet; then its folder decides. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return join(realpathSync(dirname(path)), basename(path));
  }
}
