/** The blacklist in memory. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { RevocationSet } from '../../src/revocation/memory/revocation-set.js';

const HOUR_MS = 3_600_000;

/** The n-th of many ids in the server's format, the same in every run. */
function idOf(index: number): string {
  return createHash('sha256').update(String(index)).digest().subarray(0, 16).toString('base64url');
}

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

test('the change from a few to many ids loses none, and back to a few neither [R5] [R14]', () => {
  const set = new RevocationSet();
  const many = Array.from({ length: 130_000 }, (_, index) => idOf(index));
  const wrong: string[] = [];
  for (const [index, id] of many.entries()) {
    if (set.has(id)) wrong.push(`${id} before it was added`);
    set.add(id, index < 1_000 ? HOUR_MS : 2 * HOUR_MS);
    // While the ids move, each step checks some moved ids, some unmoved ones, and the newest.
    for (const other of [index, index >> 1, index >> 4, 0]) if (!set.has(many[other] as string)) wrong.push(`${many[other]} at ${index}`);
    if (set.size !== index + 1) wrong.push(`size ${set.size} at ${index}`);
  }
  expect(wrong).toEqual([]);
  expect(many.filter((id) => !set.has(id))).toEqual([]);
  set.forgetUntil(HOUR_MS);
  expect([set.size, many.findIndex((id) => set.has(id))]).toEqual([129_000, 1_000]);
  set.forgetUntil(2 * HOUR_MS);
  expect([set.size, many.some((id) => set.has(id))]).toEqual([0, false]);
  set.add(many[0] as string, 3 * HOUR_MS);
  expect([set.size, set.has(many[0] as string), set.has(many[1] as string)]).toEqual([1, true, false]);
});
