/** Opens the blacklist: its copy in memory, the coordination between nodes, the Redis mirror, and the configured revocation check. */
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
  /** Called once for each revocation, when it is in force on every node. */
  readonly onConfirmed: (confirmation: Confirmation) => void;
  /** Called with every message on the channel of the doorbells. */
  readonly onPayload: (payload: string) => void;
}

export type OpenedRevocation = Awaited<ReturnType<typeof openRevocation>>;

/** Does not load the blacklist: the server must not serve requests before `revocations.load` has returned (R6). */
export async function openRevocation(world: World, needs: Needs, teardown: Teardown) {
  const { database } = needs;
  const replica = new Replica();
  const watch = new LeaseWatch(() => lease?.node ?? null);
  const connections = new LiveConnections((areOpen) => watch.changed(areOpen, connections));
  // Import the lease code only where several nodes can share the database.
  const lease = database.isShared ? (await import('./lease/open.js')).openLease(world, { ...needs, replica, connections }, teardown) : null;
  const node = lease?.node ?? null;
  const { mirror, mirrorTable } = openMirror(world, database);
  teardown.add(() => mirror?.stop());
  const coordinator = new MirroredCoordinator(node ?? new SingleNode(replica, connections), mirror, world.leaseClock);
  const revocations = new Revocations(database, world.clock, replica, coordinator);
  return {
    revocations,
    connections,
    /** Null if the database can't be shared. */
    node,
    /** Null if the database can't be shared. */
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

  /** With REVOCATION_CHECK=lease a node is ready while it holds a lease, even during an outage, or if it can get one now. */
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
