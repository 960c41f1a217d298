/** The refresh token in its cookie: one refresh for all tabs, none for foreign pages. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { openTab, signIn, startConsole, untilSignedOut } from '../support/browser/console.js';

const TABS = 20;

test('twenty tabs that wake up at once make one refresh', async () => {
  const app = await startConsole();
  const context = await app.openBrowser();
  await context.clock.install();
  const { page } = await signIn(context);
  const others = await Promise.all(Array.from({ length: TABS - 1 }, () => openTab(context)));
  const pages = [page, ...others.map((tab) => tab.page)];
  for (const each of pages) await each.getByText('This session').waitFor();
  // As the server has counted: a client whose machine is slow asks for the same answer once more.
  const countRefreshes = async () => {
    const { result } = (await app.app.administration.listAuditEvents({ limit: 1_000 })) as { result: { kind: string }[] };
    return result.filter(({ kind }) => kind === 'session.refreshed').length;
  };
  const before = await countRefreshes();
  // The clock of the browser is set page by page: nothing is answered before all pages have the same time.
  let haveOneTime: () => void = () => undefined;
  const oneTime = new Promise<void>((resolve) => {
    haveOneTime = resolve;
  });
  await context.route('**/graphql', async (route) => {
    await oneTime;
    await route.continue();
  });
  app.clock.advance(16 * 60);
  // Every timer of every tab is late by now.
  await context.clock.fastForward('16:00');
  haveOneTime();
  for (const each of pages) await each.getByRole('link', { name: 'Security events' }).click();
  for (const each of pages) await each.getByText('A session was refreshed').first().waitFor();
  expect((await countRefreshes()) - before).toBe(1);
});

test('a page of another origin gets no token out of the cookie, and does not use it up', async () => {
  const app = await startConsole();
  const context = await app.openBrowser();
  const { page } = await signIn(context);
  const foreign = createServer((_request, response) => response.setHeader('content-type', 'text/html').end('<title>foreign</title>'));
  await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void foreign.close());
  const thief = await context.newPage();
  await thief.goto(`http://127.0.0.1:${(foreign.address() as AddressInfo).port}/`);
  const attempt = (headers: object, mode: string) =>
    thief.evaluate<string>(`fetch('${app.address}/graphql', {
      method: 'POST',
      mode: '${mode}',
      credentials: 'include',
      headers: ${JSON.stringify(headers)},
      body: '{"query":"mutation { refreshToken(input: {}) { accessToken } }"}',
    }).then((answer) => answer.type + ' ' + answer.status, (error) => error.name)`);
  const json = { 'content-type': 'application/json' };
  expect(await attempt({ ...json, 'latchkey-refresh-token': 'cookie' }, 'cors')).toBe('TypeError');
  expect(await attempt(json, 'cors')).toBe('TypeError');
  // Sent without being asked about: no JSON, no header, so no answer either.
  expect(await attempt({ 'content-type': 'text/plain' }, 'no-cors')).toBe('TypeError');
  await page.reload();
  await page.getByText('This session').waitFor();
  await page.getByRole('button', { name: 'Sign out', exact: true }).first().click();
  await untilSignedOut(page);
});
