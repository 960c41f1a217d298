/** Many ids in little memory, each until an instant: exact, all 128 bits are kept. Growing and forgetting take small steps. */
import type { PackedId } from './packed-id.js';
import { PackedSegment, SEGMENTS, segmentOf } from './packed-segment.js';

/** Instants are kept in steps of this length, rounded up: an id may be held a little longer than it must, never shorter. */
export const STEP_MS = 10_000;
const FIRST_STAMP = 1;
/** Stands for every instant from then on, and is never reached. */
const LAST_STAMP = 2 ** 32 - 1;

/** How many slots one call of `forgetUntil` looks through at most, but for the end of a segment. */
const SWEEP_SLOTS = 32_768;

/** The first step at whose end the instant has passed. What is no instant is never forgotten. */
function stampAt(until: number): number {
  const stamp = Math.max(FIRST_STAMP, Math.ceil(until / STEP_MS));
  return stamp < LAST_STAMP ? stamp : LAST_STAMP;
}

export class PackedTable {
  readonly #segments = Array.from({ length: SEGMENTS }, () => new PackedSegment());
  /** How many ids have each stamp, those that are forgotten not counted. */
  readonly #counts = new Map<number, number>();
  #size = 0;
  /** Up to this stamp ids are forgotten: at once for who asks, bit by bit in memory. */
  #forgotten = 0;
  #toSweep = 0;
  #nextToSweep = 0;

  get size(): number {
    return this.#size;
  }

  /** How many slots of 20 bytes it has. */
  get slots(): number {
    return this.#segments.reduce((sum, { capacity }) => sum + capacity, 0);
  }

  /**
   * Of two instants for one id the later holds.
   *
   * @returns false if it has not got the id now, because the instant is one up to which it has forgotten
   */
  add(id: PackedId, until: number): boolean {
    if (this.#toSweep > 0) this.#sweep(1);
    const stamp = stampAt(until);
    const segment = this.#segmentOf(id);
    const before = segment.stampOf(id);
    if (stamp <= this.#forgotten) return before > this.#forgotten;
    if (stamp <= before) return true;
    segment.put(id, stamp);
    this.#count(stamp, 1);
    if (before > this.#forgotten) this.#count(before, -1);
    else if (before > 0) this.#toSweep -= 1;
    return true;
  }

  has(id: PackedId): boolean {
    return this.#segmentOf(id).stampOf(id) > this.#forgotten;
  }

  /** The ids that it has, each with the instant until which. */
  *entries(): Generator<readonly [string, number]> {
    for (const segment of this.#segments) {
      for (const [id, stamp] of segment.entries()) if (stamp > this.#forgotten) yield [id, stamp * STEP_MS];
    }
  }

  /** Takes bounded time: memory is given back by this call, the next ones and `add`. */
  forgetUntil(instant: number): void {
    const stamp = Math.min(Math.floor(instant / STEP_MS), LAST_STAMP - 1);
    if (stamp > this.#forgotten) {
      this.#forgotten = stamp;
      for (const [each, count] of this.#counts) {
        if (each > stamp) continue;
        this.#counts.delete(each);
        this.#size -= count;
        this.#toSweep += count;
      }
    }
    this.#sweep(SWEEP_SLOTS);
  }

  #segmentOf(id: PackedId): PackedSegment {
    return this.#segments[segmentOf(id)] as PackedSegment;
  }

  #count(stamp: number, change: 1 | -1): void {
    const count = (this.#counts.get(stamp) ?? 0) + change;
    if (count === 0) this.#counts.delete(stamp);
    else this.#counts.set(stamp, count);
    this.#size += change;
  }

  #sweep(slots: number): void {
    for (let seen = 0; seen < slots && this.#toSweep > 0; ) {
      const segment = this.#segments[this.#nextToSweep] as PackedSegment;
      seen += segment.capacity;
      this.#toSweep -= segment.dropUntil(this.#forgotten);
      this.#nextToSweep = (this.#nextToSweep + 1) % SEGMENTS;
    }
  }
}
