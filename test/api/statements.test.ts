/** What the hot requests ask of the database: few statements, one commit that waits for the disk, and one that does not. */
import { expect, test } from 'vitest';
import { EMAIL } from '../support/app/requests.js';
import { startApp } from '../support/app/start-app.js';
import { countDatabaseWork, type DatabaseWork } from '../support/database/database-work.js';
import { logOut } from '../support/mutations/mutations.js';
import { guess, logInFrom, RIGHT, WRONG } from '../support/passwords/guessing.js';
import { onPostgresql } from '../support/postgresql/postgresql.js';

const HOME = '192.0.2.1';

async function start() {
  const count = countDatabaseWork();
  const app = await startApp();
  const first = await app.register();
  expect(await logInFrom(app, HOME)).toBe(RIGHT);
  // The server has the token and its key in memory, as at most requests.
  expect(await app.ask(first.accessToken)).toBe('ok');
  return { app, first, count };
}

/** How many statements, on PostgreSQL and on SQLite, which takes inserts one by one. */
const figures = ({ statements, durable, lazy }: DatabaseWork) => ({ statements: statements.length, durable, lazy });
const expected = (onServer: number, inFile: number, durable: number, lazy: number) => ({
  statements: onPostgresql ? onServer : inFile,
  durable,
  lazy,
});

test('a login waits for the disk once, and its attempt is counted without waiting', async () => {
  const { app, count } = await start();
  const work = await count(async () => expect(await logInFrom(app, HOME)).toBe(RIGHT));
  expect(figures(work)).toEqual(expected(6, 9, 1, 1));
});

test('a wrong password waits for the disk once, for the event that records it', async () => {
  const { app, count } = await start();
  const work = await count(async () => expect(await guess(app, { from: HOME })).toBe(WRONG));
  expect(figures(work)).toEqual(expected(4, 4, 1, 1));
});

test('a refresh waits for the disk once', async () => {
  const { app, first, count } = await start();
  const work = await count(async () => expect((await app.refresh(first.refreshToken)).codes).toEqual([]));
  expect(figures(work)).toEqual(expected(5, 6, 1, 0));
});

test('a logout waits for the disk once, and on PostgreSQL it is one statement', async () => {
  const { app, first, count } = await start();
  const work = await count(async () => expect(await logOut(app, { token: first.accessToken })).toBe(1));
  expect(figures(work)).toEqual(expected(1, 4, 1, 0));
});

test('a repeated logout on PostgreSQL reads the log once more, after its statement was answered [R5]', async () => {
  const { app, first, count } = await start();
  await logOut(app, { token: first.accessToken });
  const work = await count(async () => expect(await logOut(app, { token: first.accessToken })).toBe(0));
  expect(figures(work)).toEqual(expected(2, 2, 1, 0));
  expect(work.statements.at(-1)).toContain('"BlacklistedToken" WHERE "version" >');
});

test('`me` is one statement and no commit', async () => {
  const { app, first, count } = await start();
  const work = await count(async () => {
    const { data } = await app.send('{ me { id email name roles createdAt } }', { token: first.accessToken });
    expect(data.me.email).toBe(EMAIL);
  });
  expect(figures(work)).toEqual(expected(1, 1, 0, 0));
});
