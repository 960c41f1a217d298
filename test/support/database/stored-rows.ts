/** Reads and writes the database directly, bypassing the server, which must be closed first if the database is a SQLite file. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import Sqlite from 'libsql';
import { POSTGRES_SECRET } from '../postgresql/postgresql.js';

export type StoredRow = Readonly<Record<string, unknown>>;

/** The database address of each data folder whose server uses PostgreSQL. */
const urls = new Map<string, string>();

export function rememberDatabase(dataDir: string, url: string): void {
  urls.set(dataDir, url);
}

/** The settings of a server on PostgreSQL; empty for one on SQLite. */
export function postgresqlSettingsOf(dataDir: string): Record<string, string> {
  const url = urls.get(dataDir);
  return url === undefined ? {} : { DATABASE_URL: url, LATCHKEY_SECRET: POSTGRES_SECRET };
}

/** @param sql in SQLite's dialect; for PostgreSQL the names are quoted */
export function readRows(dataDir: string, sql: string): StoredRow[] {
  return readAllRows(dataDir, [sql])[0] ?? [];
}

/** One answer for each query. On PostgreSQL several queries cost no more than one. */
export function readAllRows(dataDir: string, queries: readonly string[]): StoredRow[][] {
  const url = urls.get(dataDir);
  if (url !== undefined) return runOn(url, queries);
  return withFile(dataDir, (file) => queries.map((sql) => file.prepare(sql).all() as StoredRow[]));
}

export function writeRows(dataDir: string, sql: string): void {
  const url = urls.get(dataDir);
  if (url === undefined) withFile(dataDir, (file) => file.exec(sql));
  else runOn(url, [sql]);
}

/** The names of all tables. */
export function listTables(dataDir: string): string[] {
  const sql = urls.has(dataDir)
    ? 'SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()'
    : "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'";
  return readRows(dataDir, sql).map(({ name }) => String(name));
}

function withFile<Result>(dataDir: string, work: (file: Sqlite.Database) => Result): Result {
  const file = new Sqlite(join(dataDir, 'latchkey.db'));
  try {
    return work(file);
  } finally {
    file.close();
  }
}

/** PostgreSQL folds unquoted names to lower case. String literals in the SQL stay as they are. */
function quoted(sql: string): string {
  return sql
    .replace(/PRAGMA [^;]*;/g, '')
    .split(/('[^']*'|"[^"]*")/)
    .map((part) => (/^['"]/.test(part) ? part : part.replace(/\b(?:[A-Z][a-z]+(?:[A-Z][a-z]+)*|[a-z]+(?:[A-Z][a-z]*)+)\b/g, '"$&"')))
    .join('');
}

/** Runs in a process of its own, so that reading is synchronous, as it is from a file, and fits inside an expression. */
const RUN = `
  const pg = require('pg');
  pg.types.setTypeParser(pg.types.builtins.INT8, Number);
  pg.types.setTypeParser(pg.types.builtins.TIMESTAMP, (text) => new Date(text.replace(' ', 'T') + 'Z').toISOString().replace('Z', '+00:00'));
  const client = new pg.Client(process.argv[1]);
  const run = async () => {
    await client.connect();
    const answers = [];
    for (const sql of JSON.parse(process.argv[2])) answers.push([await client.query(sql)].flat().at(-1).rows);
    await client.end();
    process.stdout.write(JSON.stringify(answers));
  };
  run();
`;

/** The rows that the last statement of each text returns. */
function runOn(url: string, texts: readonly string[]): StoredRow[][] {
  const input = JSON.stringify(texts.map(quoted));
  return JSON.parse(execFileSync(process.execPath, ['-e', RUN, url, input], { maxBuffer: 1e9, encoding: 'utf8' })) as StoredRow[][];
}
