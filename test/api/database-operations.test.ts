/** The cost of the revocation check: a counter of database operations, read from `/metrics`. */
import { expect, test } from 'vitest';
import { startApp, type TestApp } from '../support/app/start-app.js';
import { makeLoggedIn } from '../support/mail/mail-app.js';
import { NameResolver } from '../support/resolvers/own-resolvers.js';

const REQUESTS = 25;

async function readCounter({ app }: TestApp, name: string): Promise<number> {
  const { payload } = await app.metrics.inject({ url: '/metrics' });
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(payload)?.[1]);
}

test('the check of an authorized request asks the database nothing in the modes memory and lease, and each time in mode database [R16]', async () => {
  const app = await startApp({ resolvers: [NameResolver] });
  const { accessToken } = await makeLoggedIn(app);
  const before = await readCounter(app, 'latchkey_database_operations_total');
  expect(before).toBeGreaterThan(0);
  for (let count = 0; count < REQUESTS; count += 1) {
    const { data } = await app.send('{ ownName }', { token: accessToken });
    expect(data).toEqual({ ownName: 'nobody' });
  }
  const operations = (await readCounter(app, 'latchkey_database_operations_total')) - before;
  if (process.env.TEST_REVOCATION_CHECK !== 'database') expect(operations).toBe(0);
  // One operation in the context builder, one at the field.
  else expect(operations).toBe(2 * REQUESTS);
});

test('a request that touches the database is counted, so a zero is no broken counter', async () => {
  const app = await startApp();
  const { accessToken } = await app.register();
  const before = await readCounter(app, 'latchkey_database_operations_total');
  await app.ask(accessToken);
  expect(await readCounter(app, 'latchkey_database_operations_total')).toBeGreaterThan(before);
});

test('the ids that are refused are counted too', async () => {
  const app = await startApp();
  const { accessToken } = await app.register();
  expect(await readCounter(app, 'latchkey_revocations_live')).toBe(0);
  await app.send('mutation { logout { endedSessions } }', { token: accessToken });
  expect(await readCounter(app, 'latchkey_revocations_live')).toBe(1);
});
