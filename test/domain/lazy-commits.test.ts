/** Commits on SQLite that do not wait for the disk: only the statement that asks for it, and never the one after it. */
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import Sqlite from 'libsql';
import { expect, onTestFinished, test } from 'vitest';
import { Database } from '../../src/database/database.js';
import { SqliteConnection } from '../../src/database/sqlite-connection.js';
import { giveBack } from '../../src/features/limits/attempt-statements.js';
import { copyTemplate } from '../support/app/launch-app.js';
import { makeFolder } from '../support/app/start-app.js';

function openConnection(): SqliteConnection {
  const connection = SqliteConnection.open(join(makeFolder(), 'test.db'), true);
  onTestFinished(() => connection.close());
  connection.runAll('CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT)');
  return connection;
}

test('only the work itself runs without waiting for the disk', () => {
  const connection = openConnection();
  const wasDurable = connection.withoutSync(() => {
    connection.run('INSERT INTO t (id) VALUES (1)', []);
    return connection.isDurable;
  });
  expect(wasDurable).toBe(false);
  expect(connection.isDurable).toBe(true);
  expect(connection.run('SELECT id FROM t', []).rows).toEqual([[1n]]);
});

test.each([
  ['a violated constraint', '', 'INSERT INTO t (id) VALUES (1)'],
  ['a full disk', 'PRAGMA max_page_count = 3', 'INSERT INTO t (text) VALUES (hex(zeroblob(100000)))'],
])('after %s the next commit waits for the disk again', (_, before, statement) => {
  const connection = openConnection();
  connection.runAll('INSERT INTO t (id) VALUES (1)');
  connection.runAll(before);
  expect(() => connection.withoutSync(() => connection.run(statement, []))).toThrow(/constraint|full/);
  expect(connection.isDurable).toBe(true);
  expect(connection.isInTransaction).toBe(false);
});

test('a lazy commit waits a moment for a lock of another process, without blocking, and then happens', async () => {
  const folder = makeFolder();
  copyTemplate(folder);
  const path = join(folder, 'latchkey.db');
  const database = await Database.open(`file:${path}`);
  onTestFinished(() => database.close());
  const other = new Sqlite(path);
  onTestFinished(() => void other.close());
  other.exec('BEGIN IMMEDIATE');
  const writing = database.writeLazily(giveBack([{ key: 'a' }], null, new Date(0)));
  await setTimeout(20);
  other.exec('ROLLBACK');
  expect(await writing).toHaveLength(1);
});
