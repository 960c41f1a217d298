/** What a node counts of its lease, for `/metrics`. */
import type { Denial } from './lease-state.js';

export class LeaseFigures {
  refreshes = 0;
  /** Checks that had to wait for a refresh. */
  readThroughs = 0;
  /** The members of the last look, and whether they have been looked at. */
  nodes = 0;
  readonly denials = new Map<Denial, number>();

  deny(reason: Denial, checks: number): void {
    if (checks > 0) this.denials.set(reason, (this.denials.get(reason) ?? 0) + checks);
  }
}
