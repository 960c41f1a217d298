/** What mutation testing runs: the tests in memory, without those that read the source as text, which a mutant changes. */
import { defineConfig } from 'vitest/config';
import { graphqlAlias } from './test/projects.js';

export default defineConfig({
  resolve: { alias: graphqlAlias },
  test: {
    globalSetup: 'test/support/app/template.ts',
    include: ['test/{api,domain,revocation,lease-model}/**/*.test.ts', 'test/fault-run/history-checker.test.ts'],
    // It runs the built server, which has no mutants in it.
    exclude: ['test/api/embedding.test.ts'],
    setupFiles: 'test/support/app/threads.ts',
    // Shorter races: a mutant costs seconds instead of a minute. Modules must stay isolated, or coverage goes to the wrong tests.
    env: { TEST_REVOCATION_CHECK: 'memory', TEST_RACE_ROUNDS: '20' },
  },
});
