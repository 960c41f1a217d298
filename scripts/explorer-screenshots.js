/** Writes docs/explorers/: screenshots of GraphiQL after a login and after a logout. Also prints its size and the time until it is usable. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { printLoads, printSizes, root, withPages } from './pages.js';

const folder = join(root, 'docs/explorers');
const USER = { email: 'ada@example.com', password: 'correct horse battery', name: 'Ada Lovelace' };

mkdirSync(folder, { recursive: true });
await withPages({ EXPLORER: 'graphiql' }, async ({ app, address, browser }) => {
  await app.administration.createUser(USER);
  for (const colorScheme of ['light', 'dark']) await photograph(browser, `${address}/graphql`, colorScheme);
  printSizes('explorer');
  await printLoads(browser, `${address}/graphql`, (page) => runButton(page).waitFor());
});

async function photograph(browser, url, colorScheme) {
  const page = await browser.newPage({ colorScheme, viewport: { width: 1200, height: 800 }, reducedMotion: 'reduce' });
  const run = async (operation, expected) => {
    await runButton(page).click();
    await page.getByRole('menuitem', { name: operation, exact: true }).click();
    await page.getByLabel('Result Window').getByText(expected).waitFor();
  };
  const take = async (name) => {
    await page.mouse.move(0, 0);
    await page.waitForLoadState('networkidle');
    await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`) });
  };
  await page.goto(url);
  await run('Login', '"accessToken"');
  await page.getByRole('button', { name: 'Use the token of the last answer' }).click();
  await run('Me', '"ada@example.com"');
  await take('logged-in');
  await run('Logout', '"endedSessions"');
  await run('Me', '"TOKEN_REVOKED"');
  await take('revoked');
  await page.close();
}

/** The button offers the operations only after the editor has parsed the document. */
function runButton(page) {
  return page.locator('.graphiql-execute-button[aria-haspopup="menu"]');
}
