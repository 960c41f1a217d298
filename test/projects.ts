/** The groups in which tests run: every test once, and what hangs on the revocation check or on the database again where those are others. */
import { createRequire } from 'node:module';
import type { TestProjectInlineConfiguration } from 'vitest/config';
import { clientBrowser, DEPENDENCIES, homeAlias, NODE_ONLY } from './support/client/client-in-browser.js';

/** type-graphql loads graphql as CommonJS and we as a module; two copies in one process do not know each other's types. */
export const graphqlAlias = [{ find: /^graphql$/, replacement: createRequire(import.meta.url).resolve('graphql') }];

/** What of the API hangs on the check, also where Redis is asked: the rest knows nothing of where revocations are looked up. */
const CHECKED =
  'acting-tokens,caller,change-password,door,door-revoked,door-time,every-ending,logout,logout-scopes,races,refresh,refresh-reuse,revoke-session,roles,signing-key-changes,users-disabled';

/** What more of it a check in the database answers in a way of its own: at the start, on sockets, under a lock, and when the database can't be asked. */
const CHECKED_IN_THE_DATABASE =
  'administration,clock-steps,database-operations,delete-me,deleted-meanwhile,email-change,embedding,errors,event-stream,floods,graphql-http-audit,guards,health,joint-logouts,live-events,login,long-blacklist,own-routes,password-reset,password-reset-required,pruning,query-lane,query-lane-neighbours,query-plans,registration-by-mail,server-status,sessions,signing-keys,startup,unknown-commit,unknown-state,users,websocket';

/** The built server from its start to its end, and every command with a server that runs and with one that is stopped. */
const SERVER_STORY = 'clients,commands,signals,start,wrong-configuration,wrong-usage';

/** They visit so many states that they take as long as half of the API tests, and nothing but these parts of the code can break them. */
const MODELS = ['test/lease-model/lease-{model,simulation}.test.ts', 'test/revocation/revocation-set-model.test.ts'];

const SETUP = {
  built: 'test/support/process/build.ts',
  sqlite: 'test/support/app/template.ts',
  postgresql: 'test/support/postgresql/template.ts',
  redis: 'test/support/redis/probe.ts',
  browser: 'test/support/browser/probe.ts',
  loginServers: 'test/support/client/login-servers.ts',
};

/** Generous, so that a busy machine fails no test: nothing waits for time to pass. */
const TIMEOUTS = { testTimeout: 120_000, hookTimeout: 60_000 };

/** Files share the modules of a process, because to load the server anew for each costs more than most of them. */
const SHARED_MODULES = { isolate: false };

type Test = NonNullable<TestProjectInlineConfiguration['test']> & { readonly name: string };

/** What is set up is made in this order: the later needs what was built. */
function project(needs: readonly (keyof typeof SETUP)[], test: Test): TestProjectInlineConfiguration {
  return {
    resolve: { alias: graphqlAlias },
    test: { ...TIMEOUTS, ...SHARED_MODULES, globalSetup: needs.map((need) => SETUP[need]), ...test },
  };
}

/** What `npm test` runs. */
export const quick: readonly TestProjectInlineConfiguration[] = [
  project(['built', 'sqlite'], {
    name: 'memory',
    include: [
      'test/{api,domain,mail,revocation}/**/*.test.ts',
      'test/lease-model/lease.test.ts',
      'test/fault-run/history-checker.test.ts',
      'test/*.test.ts',
    ],
    exclude: MODELS,
    env: { TEST_REVOCATION_CHECK: 'memory' },
  }),
  project(['built', 'sqlite', 'loginServers'], {
    name: 'client',
    include: ['test/client/**/*.test.ts'],
    isolate: true,
    env: { TEST_REVOCATION_CHECK: 'memory' },
  }),
  project(['built', 'sqlite'], { name: 'server', include: [`test/e2e/{${SERVER_STORY}}.test.ts`] }),
];

/** The other tests; the longest files first. */
export const rest: readonly TestProjectInlineConfiguration[] = [
  project([], { name: 'models', include: MODELS }),
  project(['built', 'sqlite'], { name: 'e2e', include: ['test/e2e/**/*.test.ts'], exclude: [`test/e2e/{${SERVER_STORY}}.test.ts`] }),
  project(['built', 'sqlite', 'postgresql'], {
    name: 'postgresql',
    include: ['test/postgresql/**/*.test.ts'],
    setupFiles: ['test/support/postgresql/skip-without.ts'],
    env: { TEST_REVOCATION_CHECK: 'lease', TEST_DATABASE: 'postgresql' },
  }),
  project(['built', 'sqlite', 'postgresql', 'redis'], {
    name: 'redis',
    include: ['test/redis/**/*.test.ts'],
    setupFiles: ['test/support/redis/skip-without.ts'],
    env: { TEST_REVOCATION_CHECK: 'redis' },
  }),
  project(['built', 'sqlite', 'postgresql', 'redis', 'browser'], {
    name: 'browser',
    include: ['test/browser/**/*.test.ts'],
    setupFiles: ['test/support/browser/skip-without.ts'],
    env: { TEST_REVOCATION_CHECK: 'memory' },
  }),
  project(['built', 'sqlite', 'postgresql'], {
    name: 'faults',
    include: ['test/fault-run/{random,teeth}.test.ts'],
    setupFiles: ['test/support/postgresql/skip-without.ts'],
  }),
];

/** Files of both once more, in another place. */
export const again: readonly TestProjectInlineConfiguration[] = [
  project(['built', 'sqlite', 'postgresql'], {
    name: 'api-postgresql',
    include: ['test/api/**/*.test.ts'],
    setupFiles: ['test/support/postgresql/skip-without.ts'],
    env: { TEST_REVOCATION_CHECK: 'lease', TEST_DATABASE: 'postgresql' },
  }),
  project(['built', 'sqlite'], {
    name: 'api-database',
    include: [`test/api/{${CHECKED},${CHECKED_IN_THE_DATABASE}}.test.ts`],
    env: { TEST_REVOCATION_CHECK: 'database' },
  }),
  project(['built', 'sqlite', 'redis'], {
    name: 'api-redis',
    include: [`test/api/{${CHECKED}}.test.ts`],
    setupFiles: ['test/support/redis/skip-without.ts'],
    env: { TEST_REVOCATION_CHECK: 'redis' },
  }),
  clientInBrowser(),
];

/**
 * What the client in a browser needs beside its own setup. A page must not get the alias of graphql, and the servers need it, so they are
 * set up by the configuration that is above all projects.
 */
export const SETUP_OF_BROWSERS = [SETUP.loginServers];

function clientInBrowser(): TestProjectInlineConfiguration {
  const { test, ...rest } = project(['built', 'sqlite', 'browser'], {
    name: 'client-browser',
    include: ['test/client/**/*.test.ts'],
    exclude: NODE_ONLY,
    setupFiles: clientBrowser.enabled ? [] : ['test/support/browser/skip-without.ts'],
    isolate: true,
    browser: clientBrowser,
  });
  return { ...rest, resolve: { alias: clientBrowser.enabled ? [homeAlias] : graphqlAlias }, optimizeDeps: { include: DEPENDENCIES }, test };
}
