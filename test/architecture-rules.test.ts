/** Runs each check of `architecture.test.ts` on a small invented house and shows that the check finds the fault it is meant to find. */
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
} from './support/house/source-rules.js';
import { parseSources, type Sources } from './support/house/sources.js';

const floors: readonly Floor[] = [
  { place: 'src/app.ts', level: 4 },
  { place: 'src/http/', level: 3, not: ['src/database/'] },
  { place: 'src/graphql/', level: 3 },
  { place: 'src/domain/', level: 2 },
  { place: 'src/revocation/', level: 1, also: ['src/database/'] },
  { place: 'src/database/', level: 1 },
  { place: 'src/errors.ts', level: 0 },
  { place: 'src/client/', level: -1 },
];

const faultsOf = (sources: Sources) => checkFloors(parseSources(sources), floors);

describe('floors', () => {
  test('down and to a neighbour is right', () => {
    expect(
      faultsOf({
        'src/app.ts': "import { a } from './http/a.js';",
        'src/http/a.ts': "import { b } from './b.js'; import { c } from '../domain/c.js'; import 'fastify';",
        'src/revocation/d.ts': "import { e } from '../database/e.js';",
      }),
    ).toEqual([]);
  });

  test.each([
    ['up', 'src/domain/a.ts', "import { b } from '../graphql/b.js';", 'src/graphql/b.ts'],
    ['up, for a type', 'src/domain/a.ts', "import type { B } from '../graphql/b.js';", 'src/graphql/b.ts'],
    ['up, for a type written in place', 'src/domain/a.ts', "type B = import('../graphql/b.js').B;", 'src/graphql/b.ts'],
    ['up, dynamically', 'src/domain/a.ts', "await import('../graphql/b.js');", 'src/graphql/b.ts'],
    ['up, by an export', 'src/domain/a.ts', "export { b } from '../graphql/b.js';", 'src/graphql/b.ts'],
    ['up, by an export of everything', 'src/domain/a.ts', "export * from '../graphql/b.js';", 'src/graphql/b.ts'],
    ['up, by require', 'src/domain/a.ts', "require('../graphql/b.js');", 'src/graphql/b.ts'],
    ['across', 'src/http/a.ts', "import { b } from '../graphql/b.js';", 'src/graphql/b.ts'],
    ['across, the other way', 'src/graphql/a.ts', "import { b } from '../http/b.js';", 'src/http/b.ts'],
    ['the wrong way along a floor', 'src/database/a.ts', "import { b } from '../revocation/b.js';", 'src/revocation/b.ts'],
    ['past a floor', 'src/http/a.ts', "import { b } from '../database/b.js';", 'src/database/b.ts'],
    ['out of what clients import', 'src/client/a.ts', "import { b } from '../errors.js';", 'src/errors.ts'],
    ['to nowhere', 'src/app.ts', "import { b } from './util/b.js';", 'src/util/b.ts'],
  ])('%s is a fault', (_, path, text, to) => {
    expect(faultsOf({ [path]: text })).toEqual([`${path} may not import ${to}`]);
  });

  test('a file without a floor is a fault', () => {
    expect(faultsOf({ 'src/util/a.ts': '' })).toEqual(['src/util/a.ts has no floor']);
  });
});

test('a ring of imports is found, of types too', () => {
  const ring = { 'src/a.ts': "import './b.js';", 'src/b.ts': "import type { C } from './c.js';", 'src/c.ts': "export * from './a.js';" };
  expect(checkCycles(parseSources(ring))).toEqual(['src/a.ts -> src/b.ts -> src/c.ts -> src/a.ts']);
  expect(checkCycles(parseSources({ ...ring, 'src/c.ts': '' }))).toEqual([]);
});

test('a value where only types may be is found', () => {
  const check = (text: string) => checkTypesOnly(parseSources({ 'src/http/a.ts': text }), 'src/config.ts', ['src/http/']);
  expect(check("import type { Config } from '../config.js';")).toEqual([]);
  expect(check("import { type Config } from '../config.js';")).toEqual([]);
  expect(check("import { type Config, readConfig } from '../config.js';")).toEqual([
    'src/http/a.ts may import only types of src/config.ts',
  ]);
});

test('the generated client in the wrong place is found', () => {
  const files = parseSources({
    'src/graphql/a.ts': "import type { User } from '../database/generated/client.js';",
    'src/domain/a.ts': "import type { User } from '../database/generated/client.js';",
  });
  expect(checkOnlyFrom(files, 'src/database/generated/', ['src/domain/'])).toEqual([
    'src/graphql/a.ts may not import src/database/generated/client.ts',
  ]);
});

describe('homes', () => {
  const homes = { zod: { home: 'src/config.ts' }, fastify: { home: 'src/http/', guests: ['src/app.ts'] } };
  const right = { 'src/config.ts': "import { z } from 'zod/v4';", 'src/http/a.ts': "import 'fastify'; import 'node:fs';" };
  const check = (more: Sources, dependencies = ['zod', 'fastify']) => checkHomes(parseSources({ ...right, ...more }), homes, dependencies);

  test('what is used at home, or by a guest, is right', () => {
    expect(check({ 'src/app.ts': "import type { FastifyInstance } from 'fastify';" })).toEqual([]);
  });

  test('away from home, without a home, not listed and not used are faults', () => {
    expect(check({ 'src/app.ts': "import { z } from 'zod';" })).toEqual(['src/app.ts imports zod away from its home']);
    expect(check({ 'src/app.ts': "await import('@scope/name/part');" })).toEqual(['src/app.ts imports @scope/name, which has no home']);
    expect(check({}, ['zod', 'fastify', 'moment'])).toEqual(['moment is a dependency without a home']);
    expect(check({}, ['zod'])).toEqual(['fastify has a home and is no dependency']);
    expect(check({ 'src/config.ts': '' })).toEqual(['zod is used nowhere']);
  });
});

test('a service that is made outside the composition root is found', () => {
  const files = parseSources({
    'src/domain/users.ts':
      'export class Users { constructor(readonly db: Db) {} static open() { return new Users(db); } } class Bad extends Error { constructor(x) { super(x); } } class Worse extends Bad { constructor(x) { super(x); } } class Staff extends Users { constructor(db) { super(db); } }',
    'src/domain/set.ts': 'export class IdSet {}',
    'src/app.ts': 'new Users(db);',
    'src/http/a.ts': 'new Users(db); new Staff(db); new Bad(1); new Worse(1); new IdSet(); new Map();',
  });
  expect(checkNew(files, ['src/app.ts'])).toEqual(['src/http/a.ts says new Users', 'src/http/a.ts says new Staff']);
});

test('a constructor with too many positional arguments is found', () => {
  const check = (text: string) => checkConstructors(parseSources({ 'src/a.ts': text }), 2);
  expect(check('class A { constructor(world, needs) {} } class B { }')).toEqual([]);
  expect(check('class A { constructor(private readonly a: B, c, d) {} }')).toEqual(['src/a.ts: A takes 3 arguments']);
});

test('a package in a file of another kind is found', () => {
  const check = (path: string) =>
    checkImporters(parseSources({ [path]: "import type { A } from 'type-graphql';" }), 'type-graphql', ['.type.ts']);
  expect(check('src/features/a/a.type.ts')).toEqual([]);
  expect(check('src/features/a/a.ts')).toEqual(['src/features/a/a.ts may not import type-graphql']);
});

test.each([
  ['process.env', 'const port = process.env.PORT;'],
  ['process.env', "process['env'];"],
  ['process.env', 'const { env } = process;'],
  ['process.env', "import { env } from 'node:process';"],
  ['the clock', 'Date.now();'],
  ['the clock', 'new Date();'],
  ['the clock', 'performance.now();'],
  ['randomness', 'Math.random();'],
  ['randomness', "import { randomUUID as id } from 'node:crypto';"],
  ['randomness', 'crypto.getRandomValues(bytes);'],
])('%s is found in `%s`', (what, text) => {
  const files = parseSources({ 'src/a.ts': text });
  expect(checkAmbient(files, {})).toEqual([`src/a.ts reads ${what}`]);
  expect(checkAmbient(files, { [what]: ['src/a.ts'] })).toEqual([]);
});

test('an instant that is given is not the clock', () => {
  expect(checkAmbient(parseSources({ 'src/a.ts': 'new Date(0); clock.now(); randomness.bytes(1);' }), {})).toEqual([]);
});

test('a file that does not open with a sentence is found', () => {
  const check = (text: string) => checkOpening(parseSources({ 'src/a.ts': text }));
  expect(check('/** Says what it is for. */\nlet a;\n')).toEqual([]);
  expect(check('#!/usr/bin/env node\n/** Says what it is for. */\nlet a;\n')).toEqual([]);
  for (const text of ['let a;\n', '// no\nlet a;\n', '/** */\nlet a;\n', `/**${'\n * much'.repeat(9)}\n */\nlet a;\n`]) {
    expect(check(text)).toEqual(['src/a.ts does not open with one sentence of comment']);
  }
});

test('a long file is found, and an exception that is no longer needed', () => {
  const files = parseSources({ 'src/a.ts': 'a;\n'.repeat(5), 'src/b.ts': 'b;\n' });
  expect(checkLength(files, 4)).toEqual(['src/a.ts has 5 lines']);
  expect(checkLength(files, 4, { 'src/a.ts': 5 })).toEqual([]);
  expect(checkLength(files, 5, { 'src/a.ts': 9 })).toEqual(['src/a.ts has become short: take it off the list']);
});
