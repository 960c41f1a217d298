/** How the tests of the client run in a page of a real browser. */
import { playwright } from '@vitest/browser-playwright';
import type { BrowserCommandContext, BrowserConfigOptions } from 'vitest/node';
import { CHROMIUM_ARGUMENTS, chromiumPath } from '../browser/chromium.js';

/** These tests are about a compiler, a bundler and programs of Node. */
export const NODE_ONLY = ['test/client/bundle.test.ts', 'test/client/document.test.ts'];

/** Replaces the simulated browser of the Node tests: a page needs no simulation. */
export const homeAlias = { find: /^(.*\/client-home)\.js$/, replacement: '$1.browser.ts' };

/** Listed so that Vite bundles them before the tests begin. A dependency that it finds later makes it reload the page. */
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
    /** No script can read the cookie. On a page of `localhost` its name has no `__Host-` prefix (R30). */
    async readRefreshToken({ context }: BrowserCommandContext): Promise<string | undefined> {
      return (await context.cookies()).find(({ name }) => name.startsWith('latchkey-refresh-'))?.value;
    },
    clearCookies: ({ context }: BrowserCommandContext) => context.clearCookies(),
  },
};
