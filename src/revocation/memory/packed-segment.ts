/** One segment of the packed table: a hash table with open addressing that keeps ids and stamps in one array, 20 bytes a slot. */
import { type PackedId, unpackId } from './packed-id.js';

/** Four words of id and one of stamp. A stamp of 0 is an empty slot. */
const SLOT_WORDS = 5;
const STAMP = 4;

const FIRST_CAPACITY = 16;
const GROWTH = 1.5;
/** With a larger share of used slots, searches get long. After growing at least half the slots are in use: at most 40 bytes an id. */
const MAX_LOAD = 0.75;
/** The share of used slots after ids were dropped: room to grow, but at least the share that growing leaves. */
const REBUILT_LOAD = 0.6;

/** The odd number nearest to 2^32 divided by the golden ratio: multiplying by it spreads every bit of the id into the top bits. */
const MULTIPLIER = 0x9e3779b1;
const SEGMENT_BITS = 10;

export const SEGMENTS = 2 ** SEGMENT_BITS;

function hashOf(a: number, b: number, c: number, d: number): number {
  return Math.imul(a ^ b ^ c ^ d, MULTIPLIER);
}

/** The index of the segment of an id. */
export function segmentOf(id: PackedId): number {
  return hashOf(id[0] as number, id[1] as number, id[2] as number, id[3] as number) >>> (32 - SEGMENT_BITS);
}

export class PackedSegment {
  #capacity = FIRST_CAPACITY;
  #words = new Uint32Array(FIRST_CAPACITY * SLOT_WORDS);
  #size = 0;

  /** The number of slots. */
  get capacity(): number {
    return this.#capacity;
  }

  /** The stamp of the id, or 0. */
  stampOf(id: PackedId): number {
    return this.#words[this.#find(id, 0) + STAMP] as number;
  }

  /** The ids with their stamps. */
  *entries(): Generator<readonly [string, number]> {
    for (let at = 0; at < this.#words.length; at += SLOT_WORDS) {
      const stamp = this.#words[at + STAMP] as number;
      if (stamp !== 0) yield [unpackId(this.#words, at), stamp];
    }
  }

  /** @param stamp not 0; it replaces the stamp of an id that is already there */
  put(id: PackedId, stamp: number): void {
    let at = this.#find(id, 0);
    if (this.#words[at + STAMP] === 0) {
      if (this.#size + 1 > this.#capacity * MAX_LOAD) {
        this.#rebuild(Math.ceil(this.#capacity * GROWTH), 0);
        at = this.#find(id, 0);
      }
      this.#size += 1;
      for (let word = 0; word < STAMP; word += 1) this.#words[at + word] = id[word] as number;
    }
    this.#words[at + STAMP] = stamp;
  }

  /**
   * Drops the ids whose stamp is at most this one, and frees their memory.
   *
   * @returns how many were dropped
   */
  dropUntil(stamp: number): number {
    let dropped = 0;
    for (let at = STAMP; at < this.#words.length; at += SLOT_WORDS) {
      const found = this.#words[at] as number;
      if (found !== 0 && found <= stamp) dropped += 1;
    }
    if (dropped === 0) return 0;
    this.#size -= dropped;
    this.#rebuild(Math.max(FIRST_CAPACITY, Math.ceil(this.#size / REBUILT_LOAD)), stamp);
    return dropped;
  }

  #rebuild(capacity: number, dropUntil: number): void {
    const old = this.#words;
    this.#capacity = capacity;
    this.#words = new Uint32Array(capacity * SLOT_WORDS);
    for (let from = 0; from < old.length; from += SLOT_WORDS) {
      if ((old[from + STAMP] as number) <= dropUntil) continue;
      const to = this.#find(old, from);
      for (let word = 0; word < SLOT_WORDS; word += 1) this.#words[to + word] = old[from + word] as number;
    }
  }

  /** The slot of the id, or the empty slot where it would go. There is always an empty slot: the table is never full. */
  #find(source: Uint32Array, from: number): number {
    const words = this.#words;
    const a = source[from] as number;
    const b = source[from + 1] as number;
    const c = source[from + 2] as number;
    const d = source[from + 3] as number;
    // The bits of the hash that did not choose the segment, scaled to the number of slots.
    const share = (hashOf(a, b, c, d) << SEGMENT_BITS) >>> 0;
    let at = Math.floor((share * this.#capacity) / 2 ** 32) * SLOT_WORDS;
    while (words[at + STAMP] !== 0) {
      if (words[at] === a && words[at + 1] === b && words[at + 2] === c && words[at + 3] === d) return at;
      at += SLOT_WORDS;
      if (at === words.length) at = 0;
    }
    return at;
  }
}
