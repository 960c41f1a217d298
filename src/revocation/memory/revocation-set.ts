/** Holds the blacklist in memory for the revocation check: in a `Map` while it is small, in a packed table when it is large. */
import { createPackedId, packId } from './packed-id.js';
import { PackedTable } from './packed-table.js';

/** How many ids one `add` moves to the table, so that no call pauses the process for long. */
const MOVES_PER_ADD = 16;

export class RevocationSet {
  /** With more ids than this in the `Map`, the table is started. Up to here the `Map` is fast and its memory does not matter. */
  protected readonly packedBeyond: number = 100_000;
  /** All ids at first. Once the table exists: ids that can't be packed, that the table refused as too old, or that are still to move. */
  readonly #untilById = new Map<string, number>();
  readonly #packed = createPackedId();
  #table: PackedTable | undefined;
  #moving: Iterator<[string, number]> | undefined;

  /** @param until milliseconds since the epoch; the table rounds it up to a few seconds */
  add(id: string, until: number): void {
    const known = this.#untilById.get(id);
    if (known !== undefined || !this.#pack(id, until)) this.#untilById.set(id, Math.max(until, known ?? 0));
    if (this.#table === undefined && this.#untilById.size > this.packedBeyond) this.#beginTable();
    if (this.#moving !== undefined) this.#move(this.#moving);
  }

  has(id: string): boolean {
    if (this.#table !== undefined && packId(id, this.#packed) && this.#table.has(this.#packed)) return true;
    return this.#untilById.has(id);
  }

  /** Forgets the ids that no token can carry any more. */
  forgetUntil(instant: number): void {
    for (const [id, until] of this.#untilById) if (until <= instant) this.#untilById.delete(id);
    this.#table?.forgetUntil(instant);
    if (this.#table?.size === 0 && this.#moving === undefined) this.#table = undefined;
  }

  /** The ids, each with its `until`. */
  *entries(): Generator<readonly [string, number]> {
    yield* this.#untilById;
    if (this.#table !== undefined) yield* this.#table.entries();
  }

  get size(): number {
    return this.#untilById.size + (this.#table?.size ?? 0);
  }

  #beginTable(): void {
    this.#table = new PackedTable();
    this.#moving = this.#untilById.entries();
  }

  #pack(id: string, until: number): boolean {
    return this.#table !== undefined && packId(id, this.#packed) && this.#table.add(this.#packed, until);
  }

  #move(entries: Iterator<[string, number]>): void {
    for (let moves = 0; moves < MOVES_PER_ADD; moves += 1) {
      const next = entries.next();
      if (next.done) {
        this.#moving = undefined;
        return;
      }
      const [id, until] = next.value;
      if (this.#pack(id, until)) this.#untilById.delete(id);
    }
  }
}
