/** What administrators see of several nodes on one PostgreSQL database, and of the mirror in Redis, as it changes. */
import '../support/postgresql/skip-without.js';
import '../support/redis/skip-without.js';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { ADMIN_EMAIL } from '../support/app/administrators.js';
import { makeFolder, type TestApp } from '../support/app/start-app.js';
import { findViolations } from '../support/browser/accessibility.js';
import { openConsole, signIn } from '../support/browser/console.js';
import { logOut } from '../support/mutations/mutations.js';
import { joinNodes, startLeaseNodes } from '../support/postgresql/lease-nodes.js';
import { makeDatabase, POSTGRES_SECRET } from '../support/postgresql/postgresql.js';
import { startServer } from '../support/process/server-process.js';
import { startRedis } from '../support/redis/redis-server.js';

const LEASE = { REVOCATION_CHECK: 'lease' };

async function openServerPage(app: TestApp): Promise<Page> {
  const { openBrowser } = await openConsole(app);
  const { page } = await signIn(await openBrowser(), ADMIN_EMAIL);
  await page.getByRole('link', { name: 'Server' }).click();
  await page.getByText('in memory, by lease').waitFor();
  return page;
}

const rowsOf = (page: Page) => page.getByRole('table', { name: 'Nodes' }).locator('tbody tr');

const fact = (page: Page, name: string, value: string) =>
  page.locator('.facts > div', { hasText: name }).getByText(value, { exact: true }).waitFor();

test('a node that comes is seen, and one that stops is gone, without a reload', async () => {
  const { nodes, url } = await startLeaseNodes([LEASE, LEASE]);
  const [one, two] = nodes as [TestApp, TestApp];
  const page = await openServerPage(one);
  await rowsOf(page).nth(1).waitFor();
  expect(await rowsOf(page).count()).toBe(2);
  const { accessToken } = await joinNodes(url, LEASE, { clock: one.clock }).then((third) => third.register('third@example.com'));
  await rowsOf(page).nth(2).waitFor();
  expect(await logOut(two, { token: accessToken })).toBe(1);
  await fact(page, 'Revoked ids', '1');
  await two.app.close();
  await rowsOf(page).nth(2).waitFor({ state: 'detached' });
  expect(await rowsOf(page).count()).toBe(2);
});

test('a node that has died without a word is marked: its lease has run out', async () => {
  const url = await makeDatabase();
  const neighbour = await startServer({ dataDir: makeFolder(), settings: { DATABASE_URL: url, LATCHKEY_SECRET: POSTGRES_SECRET } });
  await neighbour.register();
  const page = await openServerPage(await joinNodes(url, LEASE, {}));
  await rowsOf(page).nth(1).waitFor();
  await neighbour.kill();
  await page.getByText('has run out').waitFor();
  expect(await page.getByText('has run out').count()).toBe(1);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await findViolations(page)).toEqual([]);
  }
  await page.setViewportSize({ width: 390, height: 800 });
  expect(await findViolations(page)).toEqual([]);
  expect(await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
});

test('the mirror is whole, then not while Redis is away, then whole again', async () => {
  const redis = await startRedis();
  const { nodes } = await startLeaseNodes([{ ...LEASE, REDIS_URL: redis.url }]);
  const page = await openServerPage(nodes[0] as TestApp);
  await fact(page, 'Mirror in Redis', 'whole');
  await redis.kill();
  await fact(page, 'Mirror in Redis', 'not whole: the table is asked');
  await redis.start();
  await fact(page, 'Mirror in Redis', 'whole');
});
