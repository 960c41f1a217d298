/** As long as connections are open a node keeps its lease, learns what ends them, and lets go of them when it can have no lease (R28). */

import type { LiveConnections } from '../live-connections.js';
import type { LeaseNode } from './lease-node.js';

/** Several times within the shortest lease that is of use; nothing is asked while one is held. */
const LOOK_EVERY_MS = 100;

export class LeaseWatch {
  #timer: NodeJS.Timeout | undefined;

  /** @param findNode null where there is one node only */
  constructor(private readonly findNode: () => LeaseNode | null) {}

  /** @param areOpen whether there is any connection */
  changed(areOpen: boolean, connections: Pick<LiveConnections, 'endAll'>): void {
    const node = this.findNode();
    if (node === null) return;
    node.keepLease(areOpen);
    clearInterval(this.#timer);
    if (!areOpen) return;
    this.#timer = setInterval(async () => {
      // Another node may have answered a logout that this one can't have heard of.
      if ((await node.findUnreadiness()) !== null) connections.endAll('unavailable', false);
    }, LOOK_EVERY_MS);
    this.#timer.unref();
  }
}
