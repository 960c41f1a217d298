/**
 * Keeps many ids in little memory, each until an instant. It keeps all 128 bits, so look-ups are exact.
 * It grows and forgets in small steps, so that no call takes long.
 */
import type { PackedId } from './packed-id.js';
import { PackedSegment, SEGMENTS, segmentOf } from './packed-segment.js';

/** Instants are rounded up to steps of this length: an id may be kept a little too long, never too short. */
export const STEP_MS = 10_000;
const FIRST_STAMP = 1;
/** Stands for every later instant; the clock never reaches it. */
const LAST_STAMP = 2 ** 32 - 1;

/** One call of `forgetUntil` scans about this many slots at most: it always finishes the segment that it has begun. */
const SWEEP_SLOTS = 32_768;

/** The first step that ends at or after the instant. An invalid instant (NaN) becomes the last stamp, so its id is never forgotten. */
function stampAt(until: number): number {
  const stamp = Math.max(FIRST_STAMP, Math.ceil(until / STEP_MS));
  return stamp < LAST_STAMP ? stamp : LAST_STAMP;
}

export class PackedTable {
  readonly #segments = Array.from({ length: SEGMENTS }, () => new PackedSegment());
  /** How many ids have each stamp, without the forgotten ones. */
  readonly #counts = new Map<number, number>();
  #size = 0;
  /** Ids up to this stamp are forgotten: look-ups no longer find them, and their memory is freed step by step. */
  #forgotten = 0;
  #toSweep = 0;
  #nextToSweep = 0;

  get size(): number {
    return this.#size;
  }

  /** The number of slots, 20 bytes each. */
  get slots(): number {
    return this.#segments.reduce((sum, { capacity }) => sum + capacity, 0);
  }

  /**
   * Adds an id; of two instants for one id, the later one counts.
   *
   * @returns false if the table does not hold the id after the call, because the instant is already forgotten
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

  /** The ids in the table, each with its instant. */
  *entries(): Generator<readonly [string, number]> {
    for (const segment of this.#segments) {
      for (const [id, stamp] of segment.entries()) if (stamp > this.#forgotten) yield [id, stamp * STEP_MS];
    }
  }

  /** Takes bounded time: this call, later calls and `add` free the memory bit by bit. */
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
