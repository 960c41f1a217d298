/** Ready means that the promise can be kept, on SQLite too: a file whose triggers swallow revocations is refused. */
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import Sqlite from 'libsql';
import { expect, test } from 'vitest';
import { copyTemplate, launchApp } from '../support/app/launch-app.js';
import { makeFolder, startApp } from '../support/app/start-app.js';
import { onPostgresql } from '../support/postgresql/postgresql.js';

const SWALLOW = 'CREATE TRIGGER swallow BEFORE INSERT ON "BlacklistedToken" BEGIN SELECT RAISE(IGNORE); END';

/** Tries again while the server holds the lock of the file: it rolls a failed transaction back in a turn of its own. */
async function change(dataDir: string, sql: string): Promise<void> {
  const database = new Sqlite(join(dataDir, 'latchkey.db'));
  while (!isChanged(database, sql)) await nextTurn();
  database.close();
}

function isChanged(database: InstanceType<typeof Sqlite>, sql: string): boolean {
  try {
    database.exec(sql);
    return true;
  } catch (error) {
    if (String(error).includes('locked')) return false;
    throw error;
  }
}

test('a file with a trigger that swallows revocations is refused at the start, with what to do [R4]', async () => {
  const dataDir = makeFolder();
  copyTemplate(dataDir);
  if (process.env.TEST_TEMPLATE_DATABASE === undefined) await (await launchApp(dataDir)).close();
  await change(dataDir, SWALLOW);
  await expect(launchApp(dataDir, { settings: { REVOCATION_CHECK: 'memory' } })).rejects.toMatchObject({
    name: 'PromiseBroken',
    message: expect.stringMatching(/^A logout would not hold on this database: it swallows the row of a revocation\. Latchkey needs/),
  });
});

test.skipIf(onPostgresql)('a trigger that comes later: /readyz and the doctor say it, until it is gone [R8]', async () => {
  const node = await startApp();
  const { app, dataDir, register, ask } = node;
  const { accessToken } = await register();
  await change(dataDir, SWALLOW);
  const outcome = await app.administration.examine();
  const findings = outcome.kind === 'done' ? outcome.result : [];
  expect(findings.find(({ check }) => check === 'revocation')).toMatchObject({
    isRight: false,
    advice: expect.stringMatching(/^Latchkey needs/),
  });
  expect((await app.server.inject('/readyz')).json()).toMatchObject({ reason: expect.stringContaining('a logout would not hold') });
  await change(dataDir, 'DROP TRIGGER swallow');
  expect((await app.server.inject('/readyz')).statusCode).toBe(200);
  expect(await ask(accessToken)).toBe('ok');
});
