/** Several processes of the built server on one PostgreSQL database, with the command line beside them. */
import { expect, test } from 'vitest';
import { EMAIL } from '../support/app/requests.js';
import { makeFolder } from '../support/app/start-app.js';
import { logOut } from '../support/mutations/mutations.js';
import { guessOften, LIMITED, WRONG } from '../support/passwords/guessing.js';
import { setReadOnly } from '../support/postgresql/outages.js';
import { makeDatabase, POSTGRES_SECRET } from '../support/postgresql/postgresql.js';
import { latchkeyJson } from '../support/process/cli.js';
import { failToStart, startServer } from '../support/process/server-process.js';

const REVOKED = 'UNAUTHENTICATED TOKEN_REVOKED';

test('two processes and a command beside them share what is revoked, through kill -9 and stop', async () => {
  const settings = { DATABASE_URL: await makeDatabase(), LATCHKEY_SECRET: POSTGRES_SECRET };
  const [one, two] = [await startServer({ dataDir: makeFolder(), settings }), await startServer({ dataDir: makeFolder(), settings })];
  const [first, second, third] = [await one.register(), await two.login(), await one.login()];
  expect(await logOut(one, { token: first.accessToken })).toBe(1);
  await one.kill();
  expect([await two.ask(first.accessToken), await two.ask(second.accessToken)]).toEqual([REVOKED, 'ok']);
  // No server uses this folder, so the command works on the database itself.
  const beside = { dataDir: makeFolder(), settings };
  expect(await latchkeyJson(['session', 'revoke', second.sid], beside)).toMatchObject({ endedSessions: 1 });
  expect([await two.ask(second.accessToken), await two.ask(third.accessToken)]).toEqual([REVOKED, 'ok']);
  const findings = await latchkeyJson<{ check: string; isRight: boolean }[]>(['doctor'], beside);
  expect(findings.filter(({ check, isRight }) => !isRight && check !== 'files' && check !== 'clock')).toEqual([]);
  await latchkeyJson(['user', 'disable', EMAIL], beside);
  expect(await two.ask(third.accessToken)).toBe(REVOKED);
  expect(await two.stop()).toEqual({ code: 0, signal: null });
});

test('attempts that a process has counted before a kill -9 count on the others', async () => {
  const settings = { DATABASE_URL: await makeDatabase(), LATCHKEY_SECRET: POSTGRES_SECRET, LOGIN_ATTEMPTS: '5' };
  const [one, two] = [await startServer({ dataDir: makeFolder(), settings }), await startServer({ dataDir: makeFolder(), settings })];
  await one.register();
  expect(await guessOften(one, 4)).toEqual({ [WRONG]: 4 });
  await one.kill();
  expect(await guessOften(two, 3)).toEqual({ [WRONG]: 1, [LIMITED]: 2 });
});

test('a process that finds no server, or one that takes no writes, says so in one line and without the password', async () => {
  const away = { DATABASE_URL: 'postgresql://ada:the-password@127.0.0.1:1/latchkey', LATCHKEY_SECRET: POSTGRES_SECRET };
  const first = await failToStart({ dataDir: makeFolder(), settings: away });
  expect(first.code).toBe(1);
  expect(first.stderr).toMatch(/^The PostgreSQL server in DATABASE_URL can't be used: connect ECONNREFUSED[^\n]*\n$/);
  expect(first.stderr).not.toContain('the-password');
  const url = await makeDatabase();
  await setReadOnly(url, true);
  const second = await failToStart({ dataDir: makeFolder(), settings: { ...away, DATABASE_URL: url } });
  expect(second.code).toBe(1);
  expect(second.stderr).toMatch(/^The PostgreSQL server in DATABASE_URL takes no writes[^\n]*\n$/);
});
