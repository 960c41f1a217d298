/** As long as connections are open a node keeps its lease, learns what ends them, and lets go of them when it can have no lease (R28). */

import type { LiveConnections } from '../live-connections.js';
import type { LeaseNode } from './lease-node.js';

/** Several times within the shortest lease that is of use; nothing is asked while one is held. */
const LOOK_EVERY_MS = 100;

export function watchLease(node: LeaseNode, connections: LiveConnections): void {
  let timer: NodeJS.Timeout | undefined;
  connections.onChange = (areOpen) => {
    node.keepLease(areOpen);
    clearInterval(timer);
    if (!areOpen) return;
    timer = setInterval(async () => {
      // Another node may have answered a logout that this one can't have heard of.
      if ((await node.findUnreadiness()) !== null) connections.endAll('unavailable', false);
    }, LOOK_EVERY_MS);
    timer.unref();
  };
}
