/** Virtual time, which passes only from one event to the next. */
export class VirtualTime {
  #queue: { readonly at: number; readonly run: () => void }[] = [];
  #now = 0;

  /** Milliseconds since the start. */
  get now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): void {
    this.at(this.#now + ms, run);
  }

  at(at: number, run: () => void): void {
    let low = 0;
    let high = this.#queue.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#queue[middle]?.at ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    this.#queue.splice(low, 0, { at, run });
  }

  /** Runs events in order until `end`, or until none is left. */
  runUntil(end: number, isOver: () => boolean): void {
    for (let next = this.#queue.shift(); next !== undefined && next.at <= end && !isOver(); next = this.#queue.shift()) {
      this.#now = next.at;
      next.run();
    }
  }
}
