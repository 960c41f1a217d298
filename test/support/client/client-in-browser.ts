/** How the tests of the client run in a page of a real browser. */
import { playwright } from '@vitest/browser-playwright';
import type { BrowserCommandContext, BrowserConfigOptions } from 'vitest/node';
import { CHROMIUM_ARGUMENTS, chromiumPath } from '../browser/chromium.js';

/** They are about a compiler, a bundler and programs of Node. */
export const NODE_ONLY = ['test/client/bundle.test.ts', 'test/client/document.test.ts'];

/** Node is pretended to be a browser where it has to be; a page needs no pretence. */
export const homeAlias = { find: /^(.*\/client-home)\.js$/, replacement: '$1.browser.ts' };

/** Found before the tests begin: whatever Vite finds later makes it load the page anew. */
export const DEPENDENCIES = [
  '@apollo/client',
  '@apollo/client/link/subscriptions',
  '@urql/core',
  'graphql',
  'graphql-ws',
  'react',
  'react-dom/client',
  'react-dom/server',
  'wonka',
];

export const clientBrowser: BrowserConfigOptions = {
  enabled: chromiumPath !== undefined,
  headless: true,
  screenshotFailures: false,
  provider: playwright({ launchOptions: { executablePath: chromiumPath, args: CHROMIUM_ARGUMENTS } }),
  instances: [{ browser: 'chromium' }],
  commands: {
    /** No script can read it. That of a page of `localhost` has no `__Host-` (R30). */
    async readRefreshToken({ context }: BrowserCommandContext): Promise<string | undefined> {
      return (await context.cookies()).find(({ name }) => name === 'latchkey-refresh')?.value;
    },
    clearCookies: ({ context }: BrowserCommandContext) => context.clearCookies(),
  },
};
