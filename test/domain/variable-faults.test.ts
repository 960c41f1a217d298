/** How often a wrong variable is read before it is refused: a count, because a time would depend on the machine. */
import { buildSchema, getOperationAST, type OperationDefinitionNode, parse } from 'graphql';
import { expect, test } from 'vitest';
import { findVariableFault } from '../../src/graphql/variable-faults.js';

const schema = buildSchema(`
  input Login { email: String!, password: String!, tags: [Tag!], next: Login }
  input Tag { name: String! }
  type Query { login(input: Login!): String }
`);
const operation = getOperationAST(parse('query($input: Login!) { login(input: $input) }')) as OperationDefinitionNode;

/** Copies a value so that each look at a field, an item or a list of fields is counted. */
function counted(value: unknown, reads: { count: number }): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const copy = Array.isArray(value) ? [] : {};
  for (const [key, part] of Object.entries(value)) Object.assign(copy, { [key]: counted(part, reads) });
  const count = <Result>(result: Result): Result => {
    reads.count += 1;
    return result;
  };
  return new Proxy(copy, {
    get: (target, key) => count(Reflect.get(target, key)),
    getOwnPropertyDescriptor: (target, key) => count(Reflect.getOwnPropertyDescriptor(target, key)),
    ownKeys: (target) => count(Reflect.ownKeys(target)),
  });
}

const fields = (size: number) => Object.fromEntries(Array.from({ length: size }, (_, index) => [`field${index}`, 'x']));

const SHAPES: Record<string, (size: number) => unknown> = {
  'unknown fields': (size) => ({ email: 'a', password: 'b', ...fields(size) }),
  'nothing but unknown fields': fields,
  'an object for a text': (size) => ({ email: fields(size), password: 'b' }),
  'a list for a text': (size) => ({ email: Array(size).fill('x'), password: 'b' }),
  'a list of wrong items': (size) => ({ email: 'a', password: 'b', tags: Array(size).fill(7) }),
  'a list of incomplete items': (size) => ({ email: 'a', password: 'b', tags: Array(size).fill({}) }),
  'unknown fields in an item': (size) => ({ email: 'a', password: 'b', tags: [{ name: 'x', ...fields(size) }] }),
  'an unknown field with a large value': (size) => ({ email: 'a', password: 'b', other: fields(size) }),
  'a fault beside a large part': (size) => ({ email: 'a', password: 7, tags: Array(size).fill({ name: 'x' }) }),
};

test.for(Object.entries(SHAPES))('%s: the work grows with the size of the value, and no faster', ([, shape]) => {
  const readsOf = (size: number) => {
    const reads = { count: 0 };
    const fault = findVariableFault(schema, operation, { input: counted(shape(size), reads) });
    expect(fault?.extensions.code).toBe('BAD_USER_INPUT');
    expect(fault?.message.length).toBeLessThan(200);
    return reads.count;
  };
  const small = readsOf(100);
  // Each field is read at most a few times, whatever the size. graphql-js itself reads it some hundred times.
  expect(small).toBeLessThan(1_500);
  expect(readsOf(3_000)).toBeLessThan(30 * small + 100);
});
