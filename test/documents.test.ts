/** The documents under `docs/` agree with the code: events, lifetimes, public operations, and the files and tests that they name. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { documentedSettings } from '../src/config/settings-table.js';
import {
  judgementFaults,
  lifetimeFaults,
  missingPlaces,
  namesIn,
  publicOperationsIn,
  rowsIn,
  unknownNames,
} from './support/house/documents.js';
import { readSources } from './support/house/sources.js';

const root = fileURLToPath(new URL('../', import.meta.url));
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8');
const readPlace = (path: string) => (existsSync(`${root}${path}`) ? (path.endsWith('.ts') ? read(path) : '') : null);

/** How many requirements each section of ASVS 5.0 has in the chapters that docs/internals/asvs.md assesses. */
const ASVS = {
  ...{ '6.1': 3, '6.2': 12, '6.3': 8, '6.4': 6, '6.5': 8, '6.6': 4, '6.7': 2, '6.8': 4 },
  ...{ '7.1': 3, '7.2': 4, '7.3': 2, '7.4': 5, '7.5': 3, '7.6': 2 },
  ...{ '9.1': 3, '9.2': 4 },
};

test('docs/audit.md has a row for every kind of event, and for no other', () => {
  const kinds = namesIn(read('docs/audit.md')).filter((name) => /^[a-z-]+\.[a-z-]+$/.test(name));
  const [, union = ''] = /^export type AuditKind =\n((?: {2}\| '.*\n?)+);?$/m.exec(read('src/features/audit/audit.ts')) ?? [];
  const written = [...union.matchAll(/'([^']+)'/g)].map((match) => match[1]);
  expect(written).toContain('signing-key.revoked');
  expect(kinds.sort()).toEqual(written.sort());
});

test('docs/internals/asvs.md judges every row of its chapters, and counts them rightly', () => {
  expect(judgementFaults(read('docs/internals/asvs.md'), ASVS)).toEqual([]);
});

test('a row that is left out, made up, misjudged or miscounted is found', () => {
  const page =
    '| V6 A | 1 | 0 | 0 | 1 |\n| 6.1.1 | 1 | a | met | b | c |\n| 6.1.3 | 1 | a | perhaps | b | c |\n| 6.2.1 | 2 | a | **not met** | b | c |';
  expect(judgementFaults(page, { '6.1': 3 })).toEqual(['6.1.2 is left out', '6.2.1 is no row', '6.1.3: perhaps', 'V6 A: 1 0 1 0']);
});

test('every file and test that a document names is there', () => {
  const pages = ['docs/', 'docs/internals/', 'docs/internals/decisions/'].flatMap((folder) =>
    readdirSync(`${root}${folder}`)
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}${name}`),
  );
  expect(pages).toContain('docs/internals/asvs.md');
  expect(pages.flatMap((page) => missingPlaces(read(page), readPlace).map((place) => `${page}: ${place}`))).toEqual([]);
});

test('a file or a title that is not there is found', () => {
  const texts: Record<string, string> = { 'test/a.test.ts': "test('one is so'" };
  const page = '`test/a.test.ts` “one is so”, `test/a.test.ts` “two”, `src/b.ts`, `test/a.test.ts`';
  expect(missingPlaces(page, (path) => texts[path] ?? null)).toEqual(['test/a.test.ts “two”', 'src/b.ts']);
});

test('what docs/coming-from.md says that is here is here: in the schema, the settings, the client, the commands or the server', () => {
  const sources = ['src/client', 'src/cli', 'src/http', 'src/caller/access-token-claims.ts'].flatMap((place) =>
    place.endsWith('.ts') ? [read(place)] : Object.values(readSources(root, place)),
  );
  const texts = [read('schema.graphql'), ...sources, ...documentedSettings().map(({ name }) => name)];
  // `Authorized` belongs to type-graphql, and header names are case-insensitive: neither is found in our sources as written here.
  const known = new Set(['Authorized', 'Latchkey-Refresh-Token', ...texts.flatMap((text) => text.match(/[A-Za-z][\w-]*/g) ?? [])]);
  const page = read('docs/coming-from.md');
  expect(rowsIn(page).length).toBeGreaterThan(100);
  expect(unknownNames(page, known)).toEqual([]);
});

test('a name that is not here is found', () => {
  const page = "| theirs | `logout({ scope: 'EVERYWHERE' })`, `me` | `no matter` |\n| `whatever` | – | |";
  expect(unknownNames(page, new Set(['logout', 'scope', 'me']))).toEqual(['EVERYWHERE']);
});

test('docs/sessions.md has every setting that is a time, with its default, and constants that are where it says', () => {
  expect(lifetimeFaults(read('docs/sessions.md'), documentedSettings(), readPlace)).toEqual([]);
});

test('a lifetime that is not told, or told wrongly, is found', () => {
  const settings = ['A_TTL', 'B_TTL', 'C_TTL'].map((name) => ({ name, fallback: '`15m`' }));
  const page = '| a | 15 minutes | `A_TTL` | `src/a.ts` |\n| b | 14 minutes | `B_TTL` | `src/a.ts` |\n| c | 1 | `NO_MORE` | `src/a.ts` |';
  expect(lifetimeFaults(page, settings, () => 'const A_LOT = 1;')).toEqual(['B_TTL: 15 minutes', 'C_TTL: 15 minutes', 'NO_MORE']);
});

test('the public operations of docs/internals/protocol.md are those of the code', () => {
  const [, section = ''] = read('docs/internals/protocol.md').split(/^## Public operations$/m);
  const told = namesIn(section.split(/^## /m)[0] ?? '');
  expect(told.sort()).toEqual(publicOperationsIn(readSources(root, 'src/features')).sort());
});

test('an operation is public when neither its class nor itself asks who it is', () => {
  const method = (name: string, more = '') => `@Mutation(() => A, { nullable: true }) ${more} async ${name}() {}`;
  const sources = {
    'a.ts': `@Resolver() export class A { ${method('one')} ${method('two', '@Authorized()')} three() {} }`,
    'b.ts': `@Authorized() @Resolver() export class B { ${method('four')} }`,
  };
  expect(publicOperationsIn(sources)).toEqual(['one']);
});
