/** How the tests run: the API tests once per mode of the revocation check, everything else once. */
import { createRequire } from 'node:module';
import { defineConfig } from 'vitest/config';

/** type-graphql loads graphql as CommonJS and we as a module; two copies in one process do not know each other's types. */
const graphql = createRequire(import.meta.url).resolve('graphql');

export const graphqlAlias = [{ find: /^graphql$/, replacement: graphql }];

/** Generous, so that a busy machine fails no test: nothing waits for time to pass. */
const testTimeout = 60_000;

const shared = { resolve: { alias: graphqlAlias } };

export default defineConfig({
  test: {
    globalSetup: ['test/support/build.ts', 'test/support/template.ts'],
    // In CI the counts come from this report.
    reporters: process.env.CI ? ['default', ['json', { outputFile: 'reports/tests.json' }]] : ['default'],
    projects: [
      {
        ...shared,
        test: {
          name: 'memory',
          include: ['test/{api,domain,revocation}/**/*.test.ts', 'test/*.test.ts'],
          testTimeout,
          env: { TEST_REVOCATION_CHECK: 'memory' },
        },
      },
      {
        ...shared,
        test: { name: 'database', include: ['test/api/**/*.test.ts'], testTimeout, env: { TEST_REVOCATION_CHECK: 'database' } },
      },
      { ...shared, test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 60_000 } },
    ],
  },
});
