/** The blacklist in memory: what the revocation check asks. A `Map` while it is small, a packed table when there is much. */
import { createPackedId, packId } from './packed-id.js';
import { PackedTable } from './packed-table.js';

/** How many ids one `add` moves to the table, so that the change takes no long pause. */
const MOVES_PER_ADD = 16;

export class RevocationSet {
  /** How many ids the `Map` holds before the table is begun: up to here it is fast, and its memory does not matter. */
  protected readonly packedBeyond: number = 100_000;
  /** All ids at first; beside the table those that can't be packed, that came late, or that have not been moved yet. */
  readonly #untilById = new Map<string, number>();
  readonly #packed = createPackedId();
  #table: PackedTable | undefined;
  #moving: Iterator<[string, number]> | undefined;

  /** @param until milliseconds since the epoch; in the table rounded up to a few seconds */
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
