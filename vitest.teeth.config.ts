/** The configuration for mutation testing: all tests in memory, except those that read the source as text, because a mutant changes it. */
import { defineConfig } from 'vitest/config';
import { graphqlAlias } from './test/projects.js';

export default defineConfig({
  resolve: { alias: graphqlAlias },
  test: {
    globalSetup: 'test/support/app/template.ts',
    include: ['test/{api,domain,revocation,lease-model}/**/*.test.ts', 'test/fault-run/history-checker.test.ts'],
    // This test runs the built server, which contains no mutants.
    exclude: ['test/api/embedding.test.ts'],
    setupFiles: 'test/support/app/threads.ts',
    // Fewer rounds per race, so that a mutant costs seconds instead of a minute. Modules must stay isolated, or coverage is credited to the
    // wrong tests.
    env: { TEST_REVOCATION_CHECK: 'memory', TEST_RACE_ROUNDS: '20' },
  },
});
