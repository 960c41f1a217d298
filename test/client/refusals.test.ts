/** When an adapter may send an operation again: never if a part of it may have happened. */
import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { isRefused, mayRepeat } from '../../src/client/refusals.js';

const refusalAt = (...path: (string | number)[]) => ({ path, extensions: { code: 'UNAUTHENTICATED', reason: 'TOKEN_EXPIRED' } });
const WRONG = { path: ['b'], extensions: { code: 'BAD_USER_INPUT' } };

test('an answer is a refusal when any of its errors says so', () => {
  expect(isRefused([WRONG, refusalAt('a')])).toBe(true);
  expect([isRefused([WRONG]), isRefused([]), isRefused(undefined), isRefused([{}])]).toEqual([false, false, false, false]);
});

test.each([
  ['a query', '{ a b }', [refusalAt('a')], true],
  ['a subscription', 'subscription { a }', [refusalAt('a')], true],
  ['a mutation that was refused whole', 'mutation { a b }', [refusalAt('a'), refusalAt('b')], true],
  ['the same under other names', 'mutation { x: a y: a }', [refusalAt('x'), refusalAt('y')], true],
  ['a mutation with a field that was not refused', 'mutation { a b }', [refusalAt('b')], false],
  ['one with a field that failed otherwise', 'mutation { a b }', [refusalAt('a'), WRONG], false],
  ['one that was refused behind a field', 'mutation { a { c } }', [refusalAt('a', 'c')], false],
  ['one whose errors name no field', 'mutation { a }', [{ extensions: { code: 'UNAUTHENTICATED' } }], false],
  ['one with a fragment', 'mutation { ...F } fragment F on Mutation { a b }', [refusalAt('a')], false],
  ['a mutation that stands behind its fragment', 'fragment F on A { c } mutation { a { ...F } }', [refusalAt('a')], true],
])('%s', (_, text, errors, isSafe) => {
  expect(mayRepeat(parse(text), errors)).toBe(isSafe);
});
