/** How the tests run: the API tests once per mode of the revocation check (with Redis what hangs on it) and once on PostgreSQL, everything else once. */
import { createRequire } from 'node:module';
import { defineConfig } from 'vitest/config';
import { clientBrowser, DEPENDENCIES, homeAlias, NODE_ONLY } from './test/support/client/client-in-browser.js';

/** type-graphql loads graphql as CommonJS and we as a module; two copies in one process do not know each other's types. */
const graphql = createRequire(import.meta.url).resolve('graphql');

export const graphqlAlias = [{ find: /^graphql$/, replacement: graphql }];

/** Generous, so that a busy machine fails no test: nothing waits for time to pass. */
const testTimeout = 120_000;

/** What of the API hangs on the check: the rest knows nothing of where revocations are looked up. */
const CHECKED_WITH_REDIS =
  'acting-tokens,caller,change-password,door,door-revoked,door-time,every-ending,logout,logout-scopes,races,refresh,refresh-reuse,revoke-session,roles,signing-key-changes,users-disabled';

const shared = { resolve: { alias: graphqlAlias } };

export default defineConfig({
  // For what runs beside the tests, before them.
  ...shared,
  test: {
    // In this order: what comes later needs what was built. A project's own would run before these.
    globalSetup: [
      'test/support/process/build.ts',
      'test/support/app/template.ts',
      'test/support/postgresql/template.ts',
      'test/support/redis/probe.ts',
      'test/support/browser/probe.ts',
      'test/support/client/login-servers.ts',
    ],
    // In CI the counts come from these reports.
    reporters: process.env.CI ? ['default', ['json', { outputFile: `reports/${process.env.TEST_REPORT ?? 'tests'}.json` }]] : ['default'],
    projects: [
      {
        ...shared,
        test: {
          name: 'memory',
          include: [
            'test/{api,domain,mail,revocation,lease-model}/**/*.test.ts',
            'test/fault-run/history-checker.test.ts',
            'test/*.test.ts',
          ],
          testTimeout,
          env: { TEST_REVOCATION_CHECK: 'memory' },
        },
      },
      {
        ...shared,
        test: { name: 'database', include: ['test/api/**/*.test.ts'], testTimeout, env: { TEST_REVOCATION_CHECK: 'database' } },
      },
      {
        ...shared,
        test: {
          name: 'postgresql',
          include: ['test/api/**/*.test.ts', 'test/postgresql/**/*.test.ts'],
          setupFiles: ['test/support/postgresql/skip-without.ts'],
          testTimeout,
          hookTimeout: 60_000,
          env: { TEST_REVOCATION_CHECK: 'lease', TEST_DATABASE: 'postgresql' },
        },
      },
      {
        ...shared,
        test: {
          name: 'redis',
          include: ['test/redis/**/*.test.ts', `test/api/{${CHECKED_WITH_REDIS}}.test.ts`],
          setupFiles: ['test/support/redis/skip-without.ts'],
          testTimeout,
          env: { TEST_REVOCATION_CHECK: 'redis' },
        },
      },
      {
        ...shared,
        test: {
          name: 'faults',
          include: ['test/fault-run/{random,teeth}.test.ts'],
          setupFiles: ['test/support/postgresql/skip-without.ts'],
          testTimeout,
          hookTimeout: 60_000,
        },
      },
      { ...shared, test: { name: 'client', include: ['test/client/**/*.test.ts'], testTimeout, env: { TEST_REVOCATION_CHECK: 'memory' } } },
      {
        resolve: { alias: clientBrowser.enabled ? [homeAlias] : graphqlAlias },
        optimizeDeps: { include: DEPENDENCIES },
        test: {
          name: 'client-browser',
          include: ['test/client/**/*.test.ts'],
          exclude: NODE_ONLY,
          setupFiles: clientBrowser.enabled ? [] : ['test/support/browser/skip-without.ts'],
          testTimeout,
          browser: clientBrowser,
        },
      },
      {
        ...shared,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          setupFiles: ['test/support/browser/skip-without.ts'],
          testTimeout,
          hookTimeout: 60_000,
          env: { TEST_REVOCATION_CHECK: 'memory' },
        },
      },
      { ...shared, test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 60_000 } },
    ],
  },
});
