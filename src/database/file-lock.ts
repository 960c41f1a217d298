/** Makes sure that one process owns the data, with locks that the operating system frees however the process ends (R15). */
import { readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import Sqlite from 'libsql';
import { makeFolder } from '../lib/make-folder.js';
import { OperatorFault } from '../lib/operator-fault.js';
import { isPostgresql } from './engines.js';
import { DatabaseUnusable } from './failures.js';

/** Another process owns the data. */
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

/** The lock can't be taken, for another reason than that a process holds it. */
export class LockFailed extends OperatorFault {
  override readonly name = 'LockFailed';

  constructor(path: string, cause: unknown) {
    const advice = 'If it is not a lock of Latchkey, move it away; else check its permissions and the disk.';
    super(`The lock ${path} can't be opened.`, { advice, cause });
  }
}

/** DATA_DIR can't be made. */
export class FolderFailed extends OperatorFault {
  override readonly name = 'FolderFailed';
}

export interface FileLock {
  release(): void;
}

/**
 * Locks DATA_DIR and the SQLite file, wherever it lies: two processes with different folders may be configured with the same file.
 * With PostgreSQL it locks DATA_DIR only, because several nodes may share the database.
 *
 * @param holder a description of this process, for the error message of the next process that tries
 * @throws DataDirLocked if another process holds one of the locks
 * @throws LockFailed if a lock can't be taken for another reason
 * @throws FolderFailed if DATA_DIR can't be made
 */
export function lockData(dataDir: string, databaseUrl: string, holder: string): FileLock {
  openFolder(dataDir);
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

/**
 * Locks the SQLite file alone.
 *
 * @throws DataDirLocked, LockFailed as `lockData` does
 */
export function lockFile(path: string, holder: string): FileLock {
  const file = realPathOf(path);
  return lock(`${file}.lock`, file, holder);
}

function openFolder(dataDir: string): void {
  try {
    makeFolder(dataDir);
  } catch (cause) {
    throw new FolderFailed(`The folder ${dataDir} can't be made.`, { advice: 'Set DATA_DIR to one that this user may write.', cause });
  }
}

/** An exclusive transaction on a separate SQLite file holds a lock of the operating system. */
function lock(path: string, place: string, holder: string): FileLock {
  const database = openLock(path);
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    throw isBusy(error) ? new DataDirLocked(place, readHolder(path)) : new LockFailed(path, error);
  }
  try {
    writeFileSync(`${path}.holder`, `${holder}, process ${process.pid}`, { mode: 0o600 });
  } catch (error) {
    database.close();
    throw new LockFailed(path, error);
  }
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

/** Resolves symbolic links, so that two paths to one file give one lock. If the file does not exist yet, its folder is resolved. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return join(realFolderOf(path), basename(path));
  }
}

function realFolderOf(path: string): string {
  try {
    return realpathSync(dirname(path));
  } catch (cause) {
    throw new DatabaseUnusable(`The folder of the file in DATABASE_URL, ${dirname(path)}, can't be opened.`, {
      advice: 'Make it, and let the user of the server write there.',
      cause,
    });
  }
}
