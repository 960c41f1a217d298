/** Checks the real source against docs/internals/architecture.md; `test/architecture-rules.test.ts` shows that each check bites. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  checkAmbient,
  checkConstructors,
  checkCycles,
  checkFloors,
  checkHomes,
  checkImporters,
  checkLength,
  checkNew,
  checkOnlyFrom,
  checkOpening,
  checkTypesOnly,
  type Floor,
  type Home,
} from './support/house/source-rules.js';
import { parseSources, readSources } from './support/house/sources.js';

const root = fileURLToPath(new URL('../', import.meta.url));
/** The common prefix of the folders of both generated database clients. */
const GENERATED = 'src/database/generated';
/** Generated from schema.graphql: one type for each operation of the client. */
const OPERATIONS = 'src/client/operations.ts';

const ROOT = ['app', 'data', 'http-server', 'print-schema', 'rooms', 'schema'].map((name) => `src/${name}.ts`);

/** The features, from top to bottom: an import may only point to a line further down. */
const FEATURES = [
  ['federation'],
  ['administration', 'services'],
  ['accounts'],
  ['sessions', 'operations'],
  ['tokens'],
  ['endings', 'mail'],
  ['users'],
  ['passwords'],
  ['limits'],
  ['audit'],
];

/** The rooms, from top to bottom. */
const FLOORS: readonly Floor[] = [
  { place: 'src/cli/', level: 20, also: ['src/main.ts'] },
  { place: 'src/main.ts', level: 20 },
  ...ROOT.map((place) => ({ place, level: 19, also: ROOT })),
  { place: 'src/http/', level: 18, not: ['src/door/', 'src/features/', 'src/graphql/', 'src/database/'] },
  { place: 'src/door/', level: 17, not: ['src/database/'] },
  ...FEATURES.flatMap((rooms, index) => rooms.map((room) => ({ place: `src/features/${room}/`, level: 16 - index }))),
  { place: 'src/graphql/', level: 5, not: ['src/database/', 'src/config/'] },
  { place: 'src/caller/', level: 4, not: ['src/revocation/', 'src/database/', 'src/config/'] },
  // Beside the server: it shares the floors below, and nothing of the server imports it.
  { place: 'src/blacklist/', level: 4 },
  { place: 'src/revocation/', level: 3 },
  // Other services import this folder: below, a test lists what it may bring along.
  { place: 'src/verifier/', level: 4.5, not: ['src/database/', 'src/config/', 'src/world.ts'] },
  { place: 'src/database/', level: 2.5 },
  { place: 'src/world.ts', level: 2 },
  { place: 'src/config/', level: 1 },
  { place: 'src/lib/', level: 0 },
  // Other code imports this folder, so it depends on nothing else of ours.
  { place: 'src/client/', level: -1 },
];

/** The only folder that may import each outside package. */
const HOMES: Readonly<Record<string, Home>> = {
  '@apollo/client': { home: 'src/client/apollo.ts' },
  '@apollo/server': { home: 'src/http/' },
  '@escape.tech/graphql-armor-cost-limit': { home: 'src/graphql/query-limits.ts' },
  '@escape.tech/graphql-armor-max-aliases': { home: 'src/graphql/query-limits.ts' },
  '@escape.tech/graphql-armor-max-depth': { home: 'src/graphql/query-limits.ts' },
  '@escape.tech/graphql-armor-max-directives': { home: 'src/graphql/query-limits.ts' },
  '@fastify/ajv-compiler': { home: 'src/http/compilers-on-demand.ts' },
  '@fastify/cors': { home: 'src/http/server.ts' },
  '@fastify/fast-json-stringify-compiler': { home: 'src/http/compilers-on-demand.ts' },
  helmet: { home: 'src/http/security-headers.ts' },
  '@fastify/websocket': { home: 'src/http/websocket-route.ts', guests: ['src/http/graphql-route.ts'] },
  '@graphql-yoga/subscription': { home: 'src/features/audit/core-events.ts' },
  '@inquirer/password': { home: 'src/cli/password-input.ts' },
  '@nestjs/common': { home: 'src/verifier/adapters/' },
  '@nestjs/core': { home: 'src/verifier/adapters/' },
  '@node-rs/argon2': { home: 'src/features/passwords/passwords.ts' },
  '@prisma/adapter-libsql': { home: 'src/database/sqlite-adapter.ts' },
  '@prisma/adapter-pg': { home: 'src/database/postgresql-adapter.ts' },
  '@prisma/client': { home: `${GENERATED}/`, guests: [`${GENERATED}-postgresql/`] },
  '@prisma/driver-adapter-utils': {
    home: 'src/database/schema-engine.ts',
    guests: ['src/database/postgresql-adapter.ts', 'src/database/postgresql-direct.ts'],
  },
  '@prisma/schema-engine-wasm': { home: 'src/database/schema-engine.ts' },
  '@urql/core': { home: 'src/client/urql.ts' },
  '@zxcvbn-ts/language-common': { home: 'src/features/passwords/common-passwords.ts' },
  commander: { home: 'src/cli/' },
  cookie: { home: 'src/http/refresh-cookie.ts' },
  // The composition root returns the server, so it names its type.
  fastify: { home: 'src/http/', guests: ['src/app.ts', 'src/http-server.ts', 'src/verifier/adapters/fastify.ts'] },
  graphql: { home: 'src/graphql/', guests: ['src/door/guards.ts', 'src/schema.ts', 'src/print-schema.ts', 'src/verifier/adapters/'] },
  'graphql-sse': { home: 'src/http/event-stream-route.ts' },
  'graphql-ws': { home: 'src/http/websocket-route.ts', guests: ['src/client/graphql-ws.ts'] },
  'graphql-scalars': { home: 'src/graphql/', guests: ['src/features/'] },
  jsonwebtoken: { home: 'src/features/tokens/access-tokens.ts' },
  libsql: { home: 'src/database/' },
  'lru-cache': { home: 'src/features/tokens/access-tokens.ts', guests: ['src/http/document-store.ts'] },
  nodemailer: { home: 'src/features/mail/' },
  'p-limit': { home: 'src/lib/queue.ts' },
  pg: { home: 'src/database/' },
  react: { home: 'src/client/react.ts' },
  redis: { home: 'src/revocation/redis/redis-connection.ts' },
  pino: { home: 'src/lib/log.ts' },
  'prom-client': { home: 'src/http/metrics.ts' },
  // reflect-metadata must load before the first decorator runs.
  'reflect-metadata': { home: 'src/rooms.ts' },
  'type-graphql': { home: 'src/graphql/', guests: ['src/features/', 'src/schema.ts', 'src/verifier/adapters/type-graphql.ts'] },
  wonka: { home: 'src/client/urql.ts' },
  validator: { home: 'src/lib/text-rules.ts' },
  zod: { home: 'src/config/rows.ts', guests: ['src/lib/command.ts', 'src/features/'] },
};

const all = parseSources(readSources(root, 'src'));
const own = all.filter(({ path }) => !path.startsWith(GENERATED));
const features = own.filter(({ path }) => path.startsWith('src/features/'));
/** The console and GraphiQL: web/package.json lists their packages. */
const pages = parseSources(readSources(root, 'web/src'));
const CONSOLE_OPERATIONS = 'web/src/operations.ts';
const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
  peerDependenciesMeta: Record<string, { optional: boolean }>;
};
const peers = Object.keys(manifest.peerDependencies);

describe('the house', () => {
  test('has been read', () => {
    expect(own.length).toBeGreaterThan(50);
    expect(all.length).toBeGreaterThan(own.length);
  });

  test('an import points to a lower floor or to a neighbour in the same folder', () => {
    expect(checkFloors(own, FLOORS)).toEqual([]);
  });

  test('no file imports itself by any way round', () => {
    expect(checkCycles(own)).toEqual([]);
  });

  test('below the composition root the configuration is a type', () => {
    const below = [
      'src/http/',
      'src/door/',
      'src/features/',
      'src/graphql/',
      'src/caller/',
      'src/blacklist/',
      'src/revocation/',
      'src/database/',
      'src/lib/',
    ];
    expect(checkTypesOnly(own, 'src/config/config.ts', below)).toEqual([]);
  });

  test('the generated client is known below GraphQL and HTTP only', () => {
    expect(checkOnlyFrom(own, GENERATED, ['src/database/', 'src/revocation/', 'src/features/'])).toEqual([]);
  });

  test('every outside package has one home, and every dependency is used', () => {
    expect(checkHomes(all, HOMES, [...Object.keys(manifest.dependencies), ...peers])).toEqual([]);
  });

  test('what only an adapter of the client or the verifier needs is asked of nobody, and graphql of everybody: all must share one copy', () => {
    const ofAdapters = (home = '') => home.startsWith('src/client/') || home.startsWith('src/verifier/adapters/');
    expect(peers.filter((name) => !ofAdapters(HOMES[name]?.home))).toEqual(['graphql']);
    expect(peers.filter((name) => !manifest.peerDependenciesMeta[name]?.optional)).toEqual(['graphql']);
  });

  test('the client runs in a browser: its core imports nothing from outside, and nothing of it what only Node has', () => {
    const client = own.filter(({ path }) => path.startsWith('src/client/'));
    const adapters = peers
      .filter((name) => HOMES[name]?.home.startsWith('src/client/'))
      .flatMap((name) => HOMES[name]?.home ?? [])
      .concat('src/client/graphql-ws.ts');
    const outside = client.flatMap(({ path, imports }) =>
      imports
        .filter(({ to, isOurs }) => !isOurs && (to.startsWith('node:') || !adapters.includes(path)))
        .map(({ to }) => `${path} imports ${to}`),
    );
    expect(client.length).toBeGreaterThan(10);
    expect(outside).toEqual([]);
  });

  test('the verifier runs in other services: it brings no package, and of ours only what is pure', () => {
    const byPath = new Map(own.map((file) => [file.path, file]));
    const brought = new Set<string>();
    const outside = new Set<string>();
    const bring = (path: string): void => {
      if (brought.has(path)) return;
      brought.add(path);
      for (const { to, isOurs, isType } of byPath.get(path)?.imports ?? []) {
        if (isType) continue;
        if (isOurs) bring(to);
        else if (!to.startsWith('node:')) outside.add(to);
      }
    };
    bring('src/verifier/verifier.ts');
    expect([...outside]).toEqual([]);
    const foreign = [...brought].filter((path) => !/^src\/(verifier|revocation\/(lease|memory))\//.test(path));
    expect(foreign.sort()).toEqual([
      'src/caller/access-token-claims.ts',
      'src/caller/bearer-token.ts',
      'src/lib/coalesced.ts',
      'src/lib/errors.ts',
      'src/revocation/live-connections.ts',
      'src/revocation/revocation-check.ts',
    ]);
  });

  test('services are made in the composition root only', () => {
    const makers = own.map(({ path }) => path).filter((path) => /\/(room|open)\.ts$/.test(path));
    expect(makers).toContain('src/features/sessions/room.ts');
    expect(checkNew(own, [...ROOT, ...makers])).toEqual([]);
  });

  test('a class of a feature takes the world and its needs, and nothing else', () => {
    expect(checkConstructors(features, 2)).toEqual([]);
  });

  test('in the features only types and resolvers know type-graphql, and only commands know zod', () => {
    expect(checkImporters(features, 'type-graphql', ['.type.ts', '.resolver.ts'])).toEqual([]);
    expect(checkImporters(features, 'zod', ['commands.ts'])).toEqual([]);
  });

  test('the way from the rooms to a field is short', () => {
    const wiring = own.filter(({ path }) => ['src/app.ts', 'src/rooms.ts'].includes(path));
    expect(checkLength(wiring, 80, { 'src/app.ts': 120 })).toEqual([]);
    const rooms = own.find(({ path }) => path === 'src/rooms.ts');
    const opened = features.filter(({ path }) => path.endsWith('/room.ts'));
    expect(opened.map(({ path }) => path).filter((path) => !rooms?.imports.some(({ to }) => to === path))).toEqual([]);
  });

  test('the environment, the clock and randomness come in at the top', () => {
    const sources = {
      'process.env': ['src/config/config.ts'],
      'the clock': ['src/world.ts', 'src/client/clock.ts', 'src/verifier/surroundings.ts'],
      // The configuration makes the secret before anything can be handed in. A schema that is only printed has no secret to keep. The
      // socket of the client uses randomness only to spread its reconnects.
      randomness: [
        'src/world.ts',
        'src/verifier/surroundings.ts',
        'src/config/secret.ts',
        'src/print-schema.ts',
        'src/client/graphql-ws.ts',
      ],
    };
    expect(checkAmbient(own, sources)).toEqual([]);
  });

  test('every file opens with one sentence that says what it is for', () => {
    expect(checkOpening(own)).toEqual([]);
  });

  test('no file is long', () => {
    const written = own.filter(({ path }) => path !== OPERATIONS);
    expect(checkLength(written, 260, {})).toEqual([]);
  });

  test('the pages know nothing of ours but latchkey/client and what an explorer shows first, and bring what else they need', () => {
    const { dependencies } = JSON.parse(readFileSync(`${root}web/package.json`, 'utf8')) as { dependencies: Record<string, string> };
    const known = ['latchkey', ...Object.keys(dependencies)];
    const imports = pages.flatMap((file) => file.imports);
    expect(pages.length).toBeGreaterThan(20);
    expect(imports.filter(({ to, isOurs }) => (isOurs ? !to.startsWith('web/src/') : !known.includes(to)))).toEqual([]);
    expect(checkOpening(pages)).toEqual([]);
    expect(
      checkLength(
        pages.filter(({ path }) => path !== CONSOLE_OPERATIONS),
        260,
        // All texts are in one file, so that a translator needs only that one.
        { 'web/src/texts.ts': 400 },
      ),
    ).toEqual([]);
  });
});
