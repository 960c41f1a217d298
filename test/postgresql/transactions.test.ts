/** The promises of `Database` about a transaction on PostgreSQL, where the server itself would promise less. */
import { expect, onTestFinished, test } from 'vitest';
import { Database } from '../../src/database/database.js';
import { isCommitUnknown } from '../../src/database/failures.js';
import { failureOf } from '../support/app/failures.js';
import { makeDatabase } from '../support/postgresql/postgresql.js';

async function open(): Promise<Database> {
  const database = await Database.open(await makeDatabase());
  onTestFinished(() => database.close());
  return database;
}

const newUser = (id: string) => ({ id, email: id, emailKey: id, searchKey: id, passwordHash: 'none', createdAt: new Date(0) });

test('a transaction whose statement failed is never reported as committed, even if nobody minded the failure', async () => {
  const database = await open();
  const failure = await failureOf(
    database.transaction(async (client) => {
      await client.user.create({ data: newUser('ada') });
      await client.$executeRaw`SELECT 1 / 0`.catch(() => undefined);
      return 'done';
    }),
  );
  expect(failure).toMatchObject({ code: 'AUTH_UNAVAILABLE', cause: { name: 'RolledBack' } });
  expect(isCommitUnknown(failure)).toBe(false);
  expect(await database.read(({ user }) => user.count())).toBe(0);
});

test('two transactions that wait for each other both come to their end, each once, also with SQL of our own', async () => {
  const database = await open();
  await database.transaction(({ user }) => user.createMany({ data: [newUser('ada'), newUser('grace')] }));
  const runs: string[] = [];
  // Each continues when the other has its first row. On the second attempt the other has finished.
  const barriers = new Map([
    ['ada', createGate()],
    ['grace', createGate()],
  ]);
  const change = (first: string, second: string) =>
    database.transaction(async (client) => {
      runs.push(first);
      await client.$executeRaw`UPDATE "User" SET "credentialVersion" = "credentialVersion" + 1 WHERE "id" = ${first}`;
      barriers.get(first)?.open();
      await barriers.get(second)?.opened;
      await client.$executeRaw`UPDATE "User" SET "credentialVersion" = "credentialVersion" + 1 WHERE "id" = ${second}`;
    });
  await Promise.all([change('ada', 'grace'), change('grace', 'ada')]);
  expect(runs).toHaveLength(3);
  const versions = await database.read(({ user }) => user.findMany({ select: { credentialVersion: true } }));
  expect(versions).toEqual([{ credentialVersion: 2 }, { credentialVersion: 2 }]);
});

test('several transactions run at the same time', async () => {
  const database = await open();
  const [first, second] = [createGate(), createGate()];
  await Promise.all([
    database.transaction(async () => {
      first.open();
      await second.opened;
    }),
    database.transaction(async () => {
      second.open();
      await first.opened;
    }),
  ]);
});

test('no connection waits for ever, and each says whose it is', async () => {
  const database = await open();
  const [settings] = await database.read(
    (client) => client.$queryRaw<object[]>`
      SELECT current_setting('statement_timeout') AS statement, current_setting('idle_in_transaction_session_timeout') AS idle,
        current_setting('application_name') AS name`,
  );
  expect(settings).toEqual({ statement: '4s', idle: '3s', name: 'latchkey' });
});

function createGate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open: () => open(), opened };
}
