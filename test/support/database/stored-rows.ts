/** Reads and writes the database directly, past the server, which must be closed first if the database is a SQLite file. */
import { join } from 'node:path';
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import Sqlite from 'libsql';
import { POSTGRES_SECRET } from '../postgresql/postgresql.js';

export type StoredRow = Readonly<Record<string, unknown>>;

/** Of the folders whose server is on PostgreSQL, the address of its database. */
const urls = new Map<string, string>();

export function rememberDatabase(dataDir: string, url: string): void {
  urls.set(dataDir, url);
}

/** The settings of a server on PostgreSQL; none for one on SQLite. */
export function postgresqlSettingsOf(dataDir: string): Record<string, string> {
  const url = urls.get(dataDir);
  return url === undefined ? {} : { DATABASE_URL: url, LATCHKEY_SECRET: POSTGRES_SECRET };
}

/** @param sql in the dialect of SQLite; for PostgreSQL names are put in quotes */
export function readRows(dataDir: string, sql: string): StoredRow[] {
  return readAllRows(dataDir, [sql])[0] ?? [];
}

/** One answer for each of the queries, which are one statement each: on PostgreSQL all of them cost hardly more than one. */
export function readAllRows(dataDir: string, queries: readonly string[]): StoredRow[][] {
  const url = urls.get(dataDir);
  if (url !== undefined) return runOn(url, queries.join('; ')).slice(-queries.length);
  return withFile(dataDir, (file) => queries.map((sql) => file.prepare(sql).all() as StoredRow[]));
}

export function writeRows(dataDir: string, sql: string): void {
  const url = urls.get(dataDir);
  if (url === undefined) withFile(dataDir, (file) => file.exec(sql));
  else runOn(url, sql);
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

/** PostgreSQL folds names without quotes to small letters. Texts in the SQL are left as they are. */
function quoted(sql: string): string {
  return sql
    .replace(/PRAGMA [^;]*;/g, '')
    .split(/('[^']*'|"[^"]*")/)
    .map((part) => (/^['"]/.test(part) ? part : part.replace(/\b(?:[A-Z][a-z]+(?:[A-Z][a-z]+)*|[a-z]+(?:[A-Z][a-z]*)+)\b/g, '"$&"')))
    .join('');
}

/** In a thread of its own, so that a test can read in the middle of an expression, as it does from a file. */
const ASK = `
  const { workerData: { port, answered } } = require('node:worker_threads');
  const pg = require('pg');
  pg.types.setTypeParser(pg.types.builtins.INT8, Number);
  pg.types.setTypeParser(pg.types.builtins.TIMESTAMP, (text) => new Date(text.replace(' ', 'T') + 'Z').toISOString().replace('Z', '+00:00'));
  /* One connection for as long as the database stays the same: to connect costs far more than to ask. */
  let open = null;
  const connect = async (url) => {
    await open?.client.end().catch(() => undefined);
    const client = new pg.Client(url);
    const mine = { url, client };
    client.on('error', () => undefined).on('end', () => {
      if (open === mine) open = null;
    });
    await client.connect();
    open = mine;
  };
  const run = async (sql) => ({ results: JSON.stringify([await open.client.query(sql)].flat().map(({ rows }) => rows)) });
  const answer = async ({ url, sql }) => {
    try {
      if (open?.url === url) {
        try {
          return await run(sql);
        } catch (error) {
          if (open?.url === url) throw error;
          /* A test has ended this connection, too, before anything was run. */
        }
      }
      await connect(url);
      return await run(sql);
    } catch (error) {
      return { error };
    }
  };
  port.on('message', async (question) => {
    port.postMessage(await answer(question));
    Atomics.store(answered, 0, 1);
    Atomics.notify(answered, 0);
  });
`;

interface Asker {
  readonly port: MessagePort;
  /** 1 when the answer to the last question is there. */
  readonly answered: Int32Array;
}

let asker: Asker | null = null;

/** One for all tests of a process: to start it costs more than to ask. */
function startAsker(): Asker {
  const { port1: port, port2 } = new MessageChannel();
  const answered = new Int32Array(new SharedArrayBuffer(4));
  const workerData = { port: port2, answered };
  new Worker(ASK, { eval: true, execArgv: [], workerData, transferList: [port2] }).unref();
  port.unref();
  return { port, answered };
}

/** The rows that each of the statements has answered. */
function runOn(url: string, sql: string): StoredRow[][] {
  asker ??= startAsker();
  const { port, answered } = asker;
  Atomics.store(answered, 0, 0);
  port.postMessage({ url, sql: quoted(sql) });
  Atomics.wait(answered, 0, 0);
  const answer: { results: string } | { error: Error } | undefined = receiveMessageOnPort(port)?.message;
  if (answer === undefined) throw new Error('the thread that asks PostgreSQL has not answered');
  if ('error' in answer) throw answer.error;
  return JSON.parse(answer.results);
}
