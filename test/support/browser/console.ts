/** The console as people use it: a real browser, its tabs, and what people can see and do there. */
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { ADMIN_EMAIL } from '../app/administrators.js';
import { EMAIL, PASSWORD } from '../app/requests.js';
import { startApp, type TestApp, type TestOptions } from '../app/start-app.js';
import { CHROMIUM_ARGUMENTS, chromiumPath } from './chromium.js';

export interface Console extends TestApp {
  readonly address: string;
  readonly browser: Browser;
  /** Another person, or another browser of the same person: it shares nothing with the other browsers. */
  openBrowser(options?: BrowserContextOptions): Promise<BrowserContext>;
}

/** Starts a server that listens, with a user and an administrator, and a browser. */
export async function startConsole(options: TestOptions = {}): Promise<Console> {
  return openConsole(await startApp(options));
}

/** The same on a server that is already running. */
export async function openConsole(app: TestApp): Promise<Console> {
  await app.app.administration.createUser({ email: EMAIL, password: PASSWORD, name: 'Ada' });
  await app.app.administration.createUser({ email: ADMIN_EMAIL, password: PASSWORD, admin: true });
  const address = await app.app.listen();
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: CHROMIUM_ARGUMENTS,
    // Keep pages in the back/forward cache, as people's browsers do.
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  });
  onTestFinished(() => browser.close());
  const openBrowser = async (wishes?: BrowserContextOptions) => {
    const context = await browser.newContext({ baseURL: address, ...wishes });
    context.setDefaultTimeout(60_000);
    return context;
  };
  return { ...app, address, browser, openBrowser };
}

/** The sockets that a tab has open now, and every complaint of the browser about it. */
export interface Tab {
  readonly page: Page;
  readonly openSockets: () => number;
  readonly complaints: readonly string[];
}

/** @param prepare called before the page loads */
export async function openTab(context: BrowserContext, path = '/account', prepare?: (page: Page) => Promise<void>): Promise<Tab> {
  const page = await context.newPage();
  await prepare?.(page);
  const complaints: string[] = [];
  let sockets = 0;
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('websocket', (socket) => {
    sockets += 1;
    socket.on('close', () => {
      sockets -= 1;
    });
  });
  await page.goto(path);
  return { page, openSockets: () => sockets, complaints };
}

export async function logIn(context: BrowserContext, email = EMAIL): Promise<Tab> {
  const tab = await openTab(context);
  await fillIn(tab.page, email);
  await tab.page.getByText('This session').waitFor();
  return tab;
}

export async function fillIn(page: Page, email = EMAIL): Promise<void> {
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Log in' }).click();
}

export const untilLoggedOut = (page: Page) => page.getByRole('heading', { name: 'Log in' }).waitFor();

export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** The access token that the console would use now, as a thief inside the page could copy it. */
export async function copyToken({ page }: Tab): Promise<string> {
  await page.getByRole('link', { name: 'Check a token' }).click();
  await page.getByRole('button', { name: 'Use the token of this session' }).click();
  const field = page.getByLabel('Access token');
  await page.getByText('Accepted', { exact: true }).waitFor();
  const token = await field.inputValue();
  await page.getByRole('link', { name: 'Sessions', exact: true }).click();
  await page.getByText('This session').waitFor();
  return token;
}

/** The keys in the cache of Apollo Client, reached through React because the console does not expose it. */
export function cachedKeys(page: Page): Promise<string[]> {
  return page.evaluate(`(() => {
    const root = document.getElementById('console');
    const container = root[Object.keys(root).find((key) => key.startsWith('__reactContainer$'))];
    let fiber = container.stateNode.current;
    while (fiber && !fiber.memoizedProps?.client) fiber = fiber.child;
    const content = fiber.memoizedProps.client.cache.extract();
    return Object.entries(content).flatMap(([key, value]) => (key.startsWith('ROOT_') ? Object.keys(value) : [key])).filter((key) => key !== '__typename');
  })()`);
}
