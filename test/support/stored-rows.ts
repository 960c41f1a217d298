/** Reads and writes the SQLite file itself, past the server, which must have been closed. */
import { join } from 'node:path';
import Sqlite from 'libsql';

export type StoredRow = Readonly<Record<string, unknown>>;

export function readRows(dataDir: string, sql: string): StoredRow[] {
  return withFile(dataDir, (file) => file.prepare(sql).all() as StoredRow[]);
}

export function writeRows(dataDir: string, sql: string): void {
  withFile(dataDir, (file) => file.exec(sql));
}

function withFile<Result>(dataDir: string, work: (file: Sqlite.Database) => Result): Result {
  const file = new Sqlite(join(dataDir, 'latchkey.db'));
  try {
    return work(file);
  } finally {
    file.close();
  }
}
