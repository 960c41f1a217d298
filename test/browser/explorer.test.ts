/** GraphiQL at /graphql, as people have it who try the API without the internet. */
import type { BrowserContext, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { findViolations } from '../support/browser/accessibility.js';
import { type Console, openTab, startConsole } from '../support/browser/console.js';
import { readFigure } from '../support/postgresql/lease-nodes.js';

const settings = { EXPLORER: 'graphiql' };

/** Opens GraphiQL, and remembers whom the browser asks. */
async function openExplorer(app: Console, context: BrowserContext) {
  const asked = new Set<string>();
  context.on('request', (request) => asked.add(new URL(request.url()).origin));
  const tab = await openTab(context, '/graphql');
  tab.page.on('websocket', (socket) => asked.add(new URL(socket.url()).origin.replace(/^ws/, 'http')));
  await tab.page.getByRole('heading', { name: 'Log in' }).waitFor();
  return { ...tab, asked, own: new URL(app.address).origin };
}

async function start(page: Page, operation: string): Promise<void> {
  // Before the editor has read the document, the button knows of no operations.
  await page.locator('.graphiql-execute-button[aria-haspopup="menu"]').click();
  await page.getByRole('menuitem', { name: operation, exact: true }).click();
}

async function run(page: Page, operation: string, expected: string): Promise<void> {
  await start(page, operation);
  await told(page, expected);
}

const told = (page: Page, text: string) => page.getByLabel('Result Window').getByText(text).first().waitFor();

const useToken = (page: Page) => page.getByRole('button', { name: 'Use the token of the last answer' }).click();

/** All that a later visitor of this browser could find. */
const kept = (page: Page) => page.evaluate<object>('({ ...localStorage, ...sessionStorage, cookie: document.cookie })');

test('the ready document logs in and out: the token is accepted, then refused as revoked; nobody else is asked, nothing is kept', async () => {
  const app = await startConsole({ settings });
  const { page, complaints, asked, own } = await openExplorer(app, await app.openBrowser());
  await useToken(page);
  await page.getByText('The last answer holds no accessToken.').waitFor();
  await run(page, 'Me', '"UNAUTHENTICATED"');
  await run(page, 'Login', '"accessToken"');
  await useToken(page);
  await page.getByText('The header holds the token now.').waitFor();
  await run(page, 'Me', '"ada@example.com"');
  await run(page, 'Logout', '"endedSessions"');
  await run(page, 'Me', '"TOKEN_REVOKED"');
  expect(await kept(page)).toEqual({ cookie: '' });
  expect([...asked]).toEqual([own]);
  expect(complaints).toEqual([]);
});

test('a subscription is followed with the token of the header, until the session ends', async () => {
  const app = await startConsole({ settings });
  const { page, openSockets, complaints, asked, own } = await openExplorer(app, await app.openBrowser());
  await run(page, 'Login', '"accessToken"');
  await useToken(page);
  await start(page, 'SessionEvents');
  while ((await readFigure(app, 'latchkey_event_followers')) === 0);
  const { accessToken } = await app.login(undefined, 'Lost phone');
  await told(page, '"Lost phone"');
  await app.send('mutation { logout(input: { scope: ALL }) { endedSessions } }', { token: accessToken });
  await told(page, 'TOKEN_REVOKED');
  expect(openSockets()).toBe(0);
  expect([...asked]).toEqual([own]);
  // What it shows, GraphiQL throws as well.
  expect(complaints).toEqual(['Socket closed with event 4401 TOKEN_REVOKED']);
});

test('menus, dialogs, completion and the documentation keep to the policy of the page', async () => {
  const app = await startConsole({ settings });
  const { page, complaints, asked, own } = await openExplorer(app, await app.openBrowser());
  for (const name of [/settings/i, /short keys/i]) {
    await page.getByRole('button', { name }).click();
    await page.getByRole('dialog').waitFor();
    expect(await page.getByText('Persist headers').count()).toBe(0);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  await page.getByRole('link', { name: 'Mutation', exact: true }).click();
  await page.getByText('Ends every session of a user').waitFor();
  await page.getByRole('button', { name: 'Show History' }).click();
  await page.getByRole('button', { name: 'Show Log in' }).click();
  await page.getByLabel('Query Editor').click();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type('{ me { em');
  await page.locator('.CodeMirror-hint').first().waitFor();
  expect([...asked]).toEqual([own]);
  expect(complaints).toEqual([]);
});

test.each(['light', 'dark'] as const)('the panel that explains the login breaks no rule of axe: %s', async (colorScheme) => {
  const app = await startConsole({ settings });
  const { page } = await openExplorer(app, await app.openBrowser({ colorScheme }));
  await useToken(page);
  expect(await findViolations(page, '.login-steps')).toEqual([]);
});
