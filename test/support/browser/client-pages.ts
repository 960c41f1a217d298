/** Bare pages of one browser that hold `latchkey/client`: real tabs, with the storage, the messages and the locks of Chromium. */
import type { BrowserContext } from 'playwright-core';
import { rolldown } from 'rolldown';
import type { AuthState } from '../../../src/client/auth-client.js';

export interface ClientPage {
  /** Runs an expression in the page, in which `auth` is its client. */
  run(expression: string): Promise<unknown>;
  /** Waits until the state of the client is this, in the properties that are given. */
  untilState(expected: Partial<AuthState>): Promise<void>;
}

/** Opens the pages one by one, as a user does: each of them has a process of its own. */
export async function openClientPages(context: BrowserContext, count: number, tokens: 'cookie' | 'localStorage'): Promise<ClientPage[]> {
  const kept = { cookie: "'cookie'", localStorage: 'localStorage' }[tokens];
  const script = `${await bundleClient()}; const auth = client.createAuthClient({ url: '/graphql', tokens: ${kept} });`;
  await context.route('**/client-page', (route) =>
    route.fulfill({ contentType: 'text/html', body: `<!doctype html><title>client</title><script>${script}</script>` }),
  );
  const pages: ClientPage[] = [];
  while (pages.length < count) pages.push(await openClientPage(context));
  return pages;
}

async function openClientPage(context: BrowserContext): Promise<ClientPage> {
  const page = await context.newPage();
  await page.goto('/client-page');
  return {
    run: (expression) => page.evaluate(expression),
    async untilState(expected) {
      await page.waitForFunction(`Object.entries(${JSON.stringify(expected)}).every(([name, value]) => auth.state[name] === value)`);
    },
  };
}

async function bundleClient(): Promise<string> {
  const built = await rolldown({ input: new URL('../../../src/client/auth-client.ts', import.meta.url).pathname, platform: 'browser' });
  const { output } = await built.generate({ format: 'iife', name: 'client' });
  return output[0].code;
}
