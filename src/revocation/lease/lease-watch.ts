/** Keeps the lease while connections are open, and ends the connections when the node can get no lease (R28). */

import type { LiveConnections } from '../live-connections.js';
import type { Denial } from './lease-state.js';

/** The part of a node, or of a verifier, that is used here. */
interface LeaseKeeper {
  keepLease(areOpen: boolean): void;
  findUnreadiness(): Promise<Denial | null>;
}

/** Short enough for several looks within the shortest useful lease. While a lease is held, a look costs no statement. */
const LOOK_EVERY_MS = 100;

export function createLeaseWatch(...given: ConstructorParameters<typeof LeaseWatch>): LeaseWatch {
  return new LeaseWatch(...given);
}

export class LeaseWatch {
  #timer: NodeJS.Timeout | undefined;

  /** @param findNode returns null if there is only one node */
  constructor(private readonly findNode: () => LeaseKeeper | null) {}

  /** @param areOpen whether there is any connection */
  changed(areOpen: boolean, connections: Pick<LiveConnections, 'endAll'>): void {
    const node = this.findNode();
    if (node === null) return;
    node.keepLease(areOpen);
    clearInterval(this.#timer);
    if (!areOpen) return;
    this.#timer = setInterval(async () => {
      // Without a lease, another node may answer a logout that this node does not know of.
      if ((await node.findUnreadiness()) !== null) connections.endAll('unavailable', false);
    }, LOOK_EVERY_MS);
    this.#timer.unref();
  }
}
