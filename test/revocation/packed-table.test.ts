/** The memory of the packed table is proportional to its contents, and is freed in small portions. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { createPackedId, packId } from '../../src/revocation/memory/packed-id.js';
import { PackedTable, STEP_MS } from '../../src/revocation/memory/packed-table.js';

const COUNT = 60_000;
/** The size of an empty table. */
const LEAST = 1024 * 16;

function add(table: PackedTable, index: number, until: number): void {
  const id = createPackedId();
  expect(packId(createHash('sha256').update(String(index)).digest().subarray(0, 16).toString('base64url'), id)).toBe(true);
  table.add(id, until);
}

function filledTable(): PackedTable {
  const table = new PackedTable();
  for (let index = 0; index < COUNT; index += 1) add(table, index, (index % 2 === 0 ? 1 : 2) * STEP_MS);
  return table;
}

test('it has at most two slots for each id, of twenty bytes', () => {
  const { slots } = filledTable();
  expect(slots).toBeGreaterThan(COUNT);
  expect(slots).toBeLessThan(2.05 * COUNT);
});

test('what is forgotten gives its memory back, call by call and with what is added', () => {
  const table = filledTable();
  const full = table.slots;
  table.forgetUntil(STEP_MS);
  expect(table.size).toBe(COUNT / 2);
  // One call frees only a part.
  expect(table.slots).toBeLessThan(full);
  expect(table.slots).toBeGreaterThan(0.6 * full);
  for (let call = 0; call < 8; call += 1) table.forgetUntil(STEP_MS);
  expect(table.slots).toBeLessThan(0.6 * full);
  table.forgetUntil(2 * STEP_MS);
  expect(table.size).toBe(0);
  for (let index = 0; index < 1024; index += 1) add(table, COUNT + index, 9 * STEP_MS);
  expect([table.size, table.slots]).toEqual([1024, LEAST]);
});
