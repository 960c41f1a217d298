/**
 * Compares the blacklist in memory with a `Map`: any order of adding and forgetting, before, during and after the change to the packed
 * table.
 */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { STEP_MS } from '../../src/revocation/memory/packed-table.js';
import { RevocationSet } from '../../src/revocation/memory/revocation-set.js';

function setThatPacksBeyond(ids: number): RevocationSet {
  return new (class extends RevocationSet {
    protected override readonly packedBeyond = ids;
  })();
}

/** The n-th of many ids in the server's format, the same in every run. */
function idOf(index: number): string {
  return createHash('sha256').update(String(index)).digest().subarray(0, 16).toString('base64url');
}

/** Ids whose search begins at the same slot. */
function collidingId(index: number): string {
  const half = createHash('sha256').update(String(index)).digest().subarray(0, 8);
  return Buffer.concat([half, half]).toString('base64url');
}

/** Ids of which many differ in one word only: a comparison of less than all of it would confuse them. */
function closeId(index: number): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32BE(index >> 2, (index & 3) * 4);
  return bytes.toString('base64url');
}

/** Ids that differ in a single bit. */
function idWithBit(bit: number): string {
  const bytes = Buffer.alloc(16);
  if (bit < 128) bytes.writeUInt8(1 << (bit % 8), bit >> 3);
  return bytes.toString('base64url');
}

const LOOKALIKES = [
  '',
  '__proto__',
  'A'.repeat(21),
  'A'.repeat(23),
  `${'A'.repeat(21)}B`,
  `${'A'.repeat(21)}=`,
  `${'A'.repeat(20)}A=`,
  `${'A'.repeat(21)}+`,
  `${'A'.repeat(21)} `,
  `\u0141${'A'.repeat(21)}`,
  `${'A'.repeat(21)}\u0141`,
  `${'A'.repeat(21)}\u{10041}`,
  `${'A'.repeat(20)}\u{10041}`,
];

const ids = fc.oneof(
  { weight: 6, arbitrary: fc.nat(60).map(idOf) },
  { weight: 4, arbitrary: fc.nat(60).map(collidingId) },
  { weight: 2, arbitrary: fc.nat(128).map(idWithBit) },
  { weight: 2, arbitrary: fc.constantFrom(...LOOKALIKES) },
  { weight: 1, arbitrary: fc.string({ minLength: 22, maxLength: 22, unit: 'binary' }) },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('base64url')) },
);

type Step =
  | { readonly kind: 'add'; readonly id: string; readonly until: number }
  | {
      readonly kind: 'add-many';
      readonly idOf: (index: number) => string;
      readonly from: number;
      readonly count: number;
      readonly until: number;
    }
  | { readonly kind: 'forget'; readonly instant: number };

function stepsAt(instants: fc.Arbitrary<number>, untils = instants): fc.Arbitrary<Step[]> {
  const step = fc.oneof(
    { weight: 20, arbitrary: fc.record({ kind: fc.constant('add' as const), id: ids, until: untils }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('add-many' as const),
        idOf: fc.constantFrom(idOf, closeId),
        from: fc.nat(300),
        count: fc.oneof({ weight: 5, arbitrary: fc.nat(300) }, { weight: 1, arbitrary: fc.nat(20_000) }),
        until: untils,
      }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('forget' as const), instant: instants }) },
  );
  // Without `size`, an array rarely has more than ten elements.
  return fc.array(step, { minLength: 1, maxLength: 80, size: 'max' });
}

function additionsOf(step: Step): [string, number][] {
  if (step.kind === 'forget') return [];
  if (step.kind === 'add') return [[step.id, step.until]];
  return Array.from({ length: step.count }, (_, index) => [step.idOf(step.from + index), step.until]);
}

/** Of many ids added at once, this many are checked after every step, and all of them at the end. */
const SEEN = 100;

/** The expected behaviour of the set. */
class Model {
  readonly untilById = new Map<string, number>();

  do(step: Step): void {
    for (const [id, until] of additionsOf(step)) this.untilById.set(id, Math.max(until, this.untilById.get(id) ?? 0));
    if (step.kind === 'forget') for (const [id, until] of this.untilById) if (until <= step.instant) this.untilById.delete(id);
  }
}

function apply(set: RevocationSet, step: Step): void {
  for (const [id, until] of additionsOf(step)) set.add(id, until);
  if (step.kind === 'forget') set.forgetUntil(step.instant);
}

const limits = fc.oneof(fc.constantFrom(0, 1, 100_000), fc.nat(60), fc.nat(2_000));

test('it is a Map for every instant that is a whole step [R5] [R7] [R14]', () => {
  fc.assert(
    // Instants after the epoch: in the table, the first step stands for every instant before its end.
    fc.property(limits, stepsAt(fc.integer({ min: 1, max: 40 }).map((steps) => steps * STEP_MS)), (limit, steps) => {
      const set = setThatPacksBeyond(limit);
      const model = new Model();
      const seen = new Set<string>([...LOOKALIKES, ...Array.from({ length: 129 }, (_, bit) => idWithBit(bit))]);
      for (const step of steps) {
        apply(set, step);
        model.do(step);
        for (const [id] of additionsOf(step).slice(0, SEEN)) seen.add(id);
        expect(set.size).toBe(model.untilById.size);
        const wrong = [...seen].filter((id) => set.has(id) !== model.untilById.has(id));
        expect(wrong).toEqual([]);
      }
      expect([...model.untilById.keys()].filter((id) => !set.has(id))).toEqual([]);
      // The entries that a node writes back when the database has lost them.
      expect([...set.entries()].map(([id]) => id).sort()).toEqual([...model.untilById.keys()].sort());
    }),
    { numRuns: 80 },
  );
}, 120_000);

test('for any instant it holds an id as long as a Map does, and less than a step longer [R7]', () => {
  const instants = fc.nat(40 * STEP_MS);
  const untils = fc.oneof({ weight: 9, arbitrary: instants }, { weight: 1, arbitrary: fc.constantFrom(-1, 2 ** 45, 8.64e15, Infinity) });
  fc.assert(
    fc.property(limits, stepsAt(instants, untils), (limit, steps) => {
      const set = setThatPacksBeyond(limit);
      const exact = new Model();
      const rounded = new Model();
      const seen = new Set<string>();
      for (const step of steps) {
        apply(set, step);
        exact.do(step);
        rounded.do(step.kind === 'forget' ? { ...step, instant: step.instant - STEP_MS } : step);
        for (const [id] of additionsOf(step).slice(0, SEEN)) seen.add(id);
        expect([...seen].filter((id) => exact.untilById.has(id) && !set.has(id))).toEqual([]);
        expect([...seen].filter((id) => set.has(id) && !rounded.untilById.has(id))).toEqual([]);
      }
    }),
    { numRuns: 80 },
  );
}, 120_000);
