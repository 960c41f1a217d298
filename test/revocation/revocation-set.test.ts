/** The blacklist in memory. */
import { expect, test } from 'vitest';
import { RevocationSet } from '../../src/revocation/revocation-set.js';

function setOf(rows: Record<string, number>): RevocationSet {
  const set = new RevocationSet();
  for (const [id, until] of Object.entries(rows)) set.add(id, until);
  return set;
}

test('it has what was added and nothing else [R14]', () => {
  const set = setOf({ a: 10, b: 20 });
  expect([set.has('a'), set.has('b'), set.has('c'), set.has(''), set.has('A')]).toEqual([true, true, false, false, false]);
  expect(set.size).toBe(2);
});

test('an id is forgotten at its instant, not before [R7]', () => {
  const set = setOf({ a: 10, b: 11, c: 12 });
  set.forgetUntil(9);
  expect(set.size).toBe(3);
  set.forgetUntil(10);
  expect([set.has('a'), set.has('b'), set.has('c')]).toEqual([false, true, true]);
  set.forgetUntil(11);
  expect([set.has('b'), set.has('c'), set.size]).toEqual([false, true, 1]);
});

test('of two instants for one id the later holds, whichever comes first [R5]', () => {
  const set = setOf({ a: 10 });
  set.add('a', 20);
  set.add('a', 5);
  set.forgetUntil(19);
  expect([set.has('a'), set.size]).toEqual([true, 1]);
  set.forgetUntil(20);
  expect(set.has('a')).toBe(false);
});
