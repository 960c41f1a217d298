/**
 * The test projects: every test runs once, and tests that depend on the revocation check or the database run again under the other ones.
 */
import { createRequire } from 'node:module';
import type { TestProjectInlineConfiguration } from 'vitest/config';
import { clientBrowser, DEPENDENCIES, homeAlias, NODE_ONLY } from './support/client/client-in-browser.js';

/** type-graphql loads graphql as CommonJS and our code loads it as a module. Two copies in one process reject each other's types. */
export const graphqlAlias = [{ find: /^graphql$/, replacement: createRequire(import.meta.url).resolve('graphql') }];

/** API tests that depend on the revocation check: they also run with Redis. The other tests behave the same whichever check is used. */
const CHECKED =
  'acting-tokens,caller,change-password,door,door-revoked,door-time,every-ending,logout,logout-scopes,races,refresh,refresh-reuse,revoke-session,roles,signing-key-changes,users-disabled';

/** API tests that the check in the database affects in its own way: the start, sockets, locks, and a database that does not answer. */
const CHECKED_IN_THE_DATABASE =
  'administration,clock-steps,database-operations,delete-me,deleted-meanwhile,email-change,embedding,errors,event-stream,floods,graphql-http-audit,guards,health,joint-logouts,live-events,login,long-blacklist,own-routes,password-reset,password-reset-required,pruning,query-lane,query-lane-neighbours,query-plans,registration-by-mail,server-status,sessions,signing-keys,startup,unknown-commit,unknown-state,users,websocket';

/**
 * API tests of what happens before the database is asked, or beside it: headers, pages, limits of a query and of a socket. They run on
 * SQLite only.
 */
const WITHOUT_DATABASE =
  'console,cors,embedding,explorers,graphql-http-audit,http-headers,introspection,landing-page,lane-documents,lane-mutations,pages,query-lane,query-lane-neighbours,query-limits,query-plans,socket-limits,untold-proxy,wire';

/** The built server from start to end, and every command both with a running server and with a stopped one. */
const SERVER_STORY = 'clients,commands,signals,start,wrong-configuration,wrong-usage';

/** These models take as long as half of the API tests, and only the code that they model can break them. */
const MODELS = ['test/lease-model/lease-{model,simulation}.test.ts', 'test/revocation/revocation-set-model.test.ts'];

/** Long tests of the API that try every mutation or thousands of guesses. `npm test` leaves them to `npm run test:rest`. */
const THOROUGH = ['test/api/{empty-texts,guessing-at-scale,ids,sent-twice}.test.ts'];

const SETUP = {
  built: 'test/support/process/build.ts',
  sqlite: 'test/support/app/template.ts',
  postgresql: 'test/support/postgresql/template.ts',
  redis: 'test/support/redis/probe.ts',
  browser: 'test/support/browser/probe.ts',
  proxies: 'test/support/proxies/probe.ts',
  loginServers: 'test/support/client/login-servers.ts',
};

/** Generous, so that no test fails because the machine is busy: no test waits for time to pass. */
const TIMEOUTS = { testTimeout: 120_000, hookTimeout: 60_000 };

/** The test files of a process share its modules: loading the server for each file costs more than most of the tests. */
const SHARED_MODULES = { isolate: false };

type Test = NonNullable<TestProjectInlineConfiguration['test']> & { readonly name: string };

/** The setups run in this order, because the later ones need the build. */
function project(needs: readonly (keyof typeof SETUP)[], test: Test): TestProjectInlineConfiguration {
  return {
    resolve: { alias: graphqlAlias },
    test: { ...TIMEOUTS, ...SHARED_MODULES, globalSetup: needs.map((need) => SETUP[need]), ...test },
  };
}

/** The projects that `npm test` runs. */
export const quick: readonly TestProjectInlineConfiguration[] = [
  project(['built', 'sqlite'], {
    name: 'memory',
    include: [
      'test/{api,domain,mail,revocation}/**/*.test.ts',
      'test/lease-model/lease.test.ts',
      'test/fault-run/history-checker.test.ts',
      'test/*.test.ts',
    ],
    exclude: [...MODELS, ...THOROUGH],
    env: { TEST_REVOCATION_CHECK: 'memory' },
  }),
  project(['built', 'sqlite', 'loginServers'], {
    name: 'client',
    include: ['test/client/**/*.test.ts'],
    isolate: true,
    env: { TEST_REVOCATION_CHECK: 'memory' },
  }),
  project(['built', 'sqlite'], { name: 'verifier', include: ['test/verifier/**/*.test.ts'], env: { TEST_REVOCATION_CHECK: 'memory' } }),
  project(['built'], { name: 'blacklist', include: ['test/blacklist/*.test.ts'] }),
  project(['built', 'sqlite'], { name: 'server', include: [`test/e2e/{${SERVER_STORY}}.test.ts`] }),
];

/** All other tests, the longest files first. */
export const rest: readonly TestProjectInlineConfiguration[] = [
  project([], { name: 'models', include: MODELS }),
  project(['built', 'sqlite'], { name: 'thorough', include: THOROUGH, env: { TEST_REVOCATION_CHECK: 'memory' } }),
  project(['built', 'sqlite'], { name: 'e2e', include: ['test/e2e/**/*.test.ts'], exclude: [`test/e2e/{${SERVER_STORY}}.test.ts`] }),
  project(['built', 'sqlite', 'postgresql'], {
    name: 'postgresql',
    include: ['test/postgresql/**/*.test.ts'],
    setupFiles: ['test/support/postgresql/skip-without.ts'],
    env: { TEST_REVOCATION_CHECK: 'lease', TEST_DATABASE: 'postgresql' },
  }),
  project(['built', 'sqlite', 'postgresql'], {
    name: 'blacklist-postgresql',
    include: ['test/blacklist/postgresql/*.test.ts'],
    setupFiles: ['test/support/postgresql/skip-without.ts'],
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
  project(['built', 'sqlite', 'proxies'], {
    name: 'proxies',
    include: ['test/proxies/**/*.test.ts'],
    env: { TEST_REVOCATION_CHECK: 'memory' },
  }),
  project(['sqlite'], { name: 'adapters', include: ['test/verifier/adapters/**/*.test.ts'], env: { TEST_REVOCATION_CHECK: 'memory' } }),
  project(['built', 'sqlite', 'postgresql'], {
    name: 'faults',
    include: ['test/fault-run/{random,teeth}.test.ts'],
    setupFiles: ['test/support/postgresql/skip-without.ts'],
  }),
];

/** Files of the two lists above, run again under another check or database. */
export const again: readonly TestProjectInlineConfiguration[] = [
  project(['built', 'sqlite', 'postgresql'], {
    name: 'api-postgresql',
    include: ['test/api/**/*.test.ts'],
    exclude: [`test/api/{${WITHOUT_DATABASE}}.test.ts`],
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
 * The setup that the client in a browser needs beside its own. A page must not get the alias of graphql, but the login servers need it. So
 * the top-level configuration starts them, not the project.
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
