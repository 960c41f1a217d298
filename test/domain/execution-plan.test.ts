/** What has a plan, and what graphql-js executes as a whole. That both answer alike is shown through the server. */
import { buildSchema, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { planOf } from '../../src/graphql/execution-plan.js';

const schema = buildSchema(`
  interface Thing { id: ID! }
  type Plank implements Thing { id: ID!, below: Plank, things: [Thing!] }
  type Query { plank(id: ID): Plank, planks: [Plank!]! }
  type Mutation { saw: Plank }
  type Subscription { sawn: Plank }
`);

function hasPlan(text: string): boolean {
  const document = parse(text);
  expect(validate(schema, document), text).toEqual([]);
  return planOf(schema, document) !== null;
}

test.each([
  '{ plank { id } }',
  'query ($id: ID = "1") { plank(id: $id) { ...F ... on Thing { id } ... { id } } } fragment F on Plank { __typename id }',
  'mutation { a: saw { below { below { id } } } b: saw { id } }',
  'query Named { planks { id } }',
])('%s has a plan', (text) => {
  expect(hasPlan(text)).toBe(true);
});

test.each([
  'query ($on: Boolean!) { plank { id @include(if: $on) } }',
  '{ plank { ... @skip(if: false) { id } } }',
  '{ plank { ...F @include(if: true) } } fragment F on Plank { id }',
  '{ plank { things { id } } }',
  '{ __schema { description } }',
  '{ __proto__: plank { id } }',
  'query A { plank { id } } query B { plank { id } }',
  'subscription { sawn { id } }',
])('%s has none', (text) => {
  expect(hasPlan(text)).toBe(false);
});

test('a text whose fragments ask for many times more fields than it is long has no plan', () => {
  const level = (name: string, inner: string) => `fragment ${name} on Plank { a: below { ${inner} } b: below { ${inner} } }`;
  const document = (levels: number) => {
    const names = Array.from({ length: levels }, (_, index) => `F${index}`);
    return [
      '{ plank { ...F0 } }',
      ...names.map((name, index) => level(name, names[index + 1] === undefined ? 'id' : `...F${index + 1}`)),
    ].join('\n');
  };
  expect(hasPlan(document(2))).toBe(true);
  // Without a limit this would be a plan of a million fields, from less than 2 KB.
  expect(hasPlan(document(19))).toBe(false);
});
