/** Counts the lease events of a node, for `/metrics`. */
import type { Denial } from './lease-state.js';

export class LeaseFigures {
  refreshes = 0;
  /** Checks that had to wait for a refresh. */
  readThroughs = 0;
  /** How many nodes the last read of the members found; 0 before the first read. */
  nodes = 0;
  /** How many verifiers it found. */
  verifiers = 0;
  readonly denials = new Map<Denial, number>();

  deny(reason: Denial, checks: number): void {
    if (checks > 0) this.denials.set(reason, (this.denials.get(reason) ?? 0) + checks);
  }
}
