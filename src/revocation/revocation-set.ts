/** The blacklist in memory: what the revocation check asks. */
export class RevocationSet {
  readonly #untilById = new Map<string, number>();

  /** @param until milliseconds since the epoch */
  add(id: string, until: number): void {
    this.#untilById.set(id, Math.max(until, this.#untilById.get(id) ?? 0));
  }

  has(id: string): boolean {
    return this.#untilById.has(id);
  }

  /** Forgets the ids that no token can carry any more. */
  forgetUntil(instant: number): void {
    for (const [id, until] of this.#untilById) if (until <= instant) this.#untilById.delete(id);
  }

  get size(): number {
    return this.#untilById.size;
  }
}
