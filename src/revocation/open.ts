/** Opens the blacklist: its memory, the nodes that share it, the mirror, and the check of the configured mode. */
import type { Database } from '../database/database.js';
import type { Teardown } from '../lib/teardown.js';
import type { World } from '../world.js';
import { type Confirmation, SingleNode } from './coordinator.js';
import { DatabaseCheck } from './database-check.js';
import { LeaseCheck } from './lease/lease-check.js';
import { LeaseWatch } from './lease/lease-watch.js';
import { LiveConnections } from './live-connections.js';
import { MemoryCheck } from './memory/memory-check.js';
import { Replica } from './memory/replica.js';
import { MirroredCoordinator } from './redis/mirrored-coordinator.js';
import { openMirror } from './redis/open.js';
import { RedisCheck } from './redis/redis-check.js';
import type { RevocationCheck } from './revocation-check.js';
import { Revocations } from './revocations.js';

interface Needs {
  readonly database: Database;
  /** Called with each revocation that is in force on every node. */
  readonly onConfirmed: (confirmation: Confirmation) => void;
  /** Called with what other nodes send on the channel of the doorbells. */
  readonly onPayload: (payload: string) => void;
}

export type OpenedRevocation = Awaited<ReturnType<typeof openRevocation>>;

/** Nothing is loaded yet: nothing may be served before `revocations.load` has returned (R6). */
export async function openRevocation(world: World, needs: Needs, teardown: Teardown) {
  const { database } = needs;
  const replica = new Replica();
  const watch = new LeaseWatch(() => lease?.node ?? null);
  const connections = new LiveConnections((areOpen) => watch.changed(areOpen, connections));
  // What only many nodes need is loaded where there can be many.
  const lease = database.isShared ? (await import('./lease/open.js')).openLease(world, { ...needs, replica, connections }, teardown) : null;
  const node = lease?.node ?? null;
  const { mirror, mirrorTable } = openMirror(world, database);
  teardown.add(() => mirror?.stop());
  const coordinator = new MirroredCoordinator(node ?? new SingleNode(replica, connections), mirror, world.leaseClock);
  const revocations = new Revocations(database, world.clock, replica, coordinator);
  return {
    revocations,
    connections,
    /** Null where there is one node only. */
    node,
    /** Null where there is one node only. */
    channel: lease?.channel ?? null,
    /** Null without Redis. */
    mirror,
    mirrorTable,
    check: openCheck(),
    findUnreadiness,
  };

  function openCheck(): RevocationCheck {
    const { revocationCheck } = world.config;
    const table = new DatabaseCheck(revocations, database);
    if (revocationCheck === 'database') return table;
    if (revocationCheck === 'redis' && mirror !== null) return new RedisCheck(mirror, table);
    return node === null ? new MemoryCheck(revocations) : new LeaseCheck(node, revocations, world.leaseClock);
  }

  /** With a lease, whether one is held or can be had now: an outage that is shorter than it is not noticed. */
  async function findUnreadiness(): Promise<string | null> {
    if (world.config.revocationCheck === 'lease' && node !== null) return node.findUnreadiness();
    try {
      if (!replica.isKnown) await revocations.recover();
      await database.ping();
      return null;
    } catch {
      return 'the database does not answer';
    }
  }
}
