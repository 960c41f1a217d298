/** Opens the blacklist: its copy in memory, the coordination between nodes, the Redis mirror, and the configured revocation check. */
import type { Database } from '../database/database.js';
import type { Log } from '../lib/log.js';
import type { Teardown } from '../lib/teardown.js';
import type { World } from '../world.js';
import type { Confirmation } from './coordinator.js';
import { DatabaseCheck } from './database-check.js';
import { openFeed, openFileCoordinator } from './feed/open.js';
import { hearOfCredential, writeRevokedCredential } from './feed/revoked-credentials.js';
import { LeaseCheck } from './lease/lease-check.js';
import type { LeaseNode } from './lease/lease-node.js';
import { LeaseWatch } from './lease/lease-watch.js';
import { LiveConnections } from './live-connections.js';
import { MemoryCheck } from './memory/memory-check.js';
import { Replica } from './memory/replica.js';
import { MirroredCoordinator } from './redis/mirrored-coordinator.js';
import { openMirror } from './redis/open.js';
import { RedisCheck } from './redis/redis-check.js';
import type { RevocationCheck } from './revocation-check.js';
import { Revocations } from './revocations.js';
import { PromiseBroken, Trial } from './trial.js';

const NOT_KEPT = 'a logout would not hold on this database; `latchkey doctor` says why';

interface Needs {
  readonly database: Database;
  /** Called once for each revocation, when it is in force on every node. */
  readonly onConfirmed: (confirmation: Confirmation) => void;
  /** Called with the text of every message that a node has sent on the channel of the doorbells. */
  readonly onPayload: (payload: string) => void;
}

/** The verifiers that may hold a lease, beside the nodes. */
export interface Members {
  /** Learns whether there are any. Call it before requests are served; without it the first logout reads them. */
  load(): Promise<void>;
  /** Call it before the row of a new member is written. */
  expect(): void;
  /** Removes the dead (R23). Resolves once that is done. */
  watch(): Promise<void>;
  tellRevoked(credentialId: string): Promise<void>;
}

export type OpenedRevocation = Awaited<ReturnType<typeof openRevocation>>;

/**
 * Tries the promise before anybody is served. A database that does not answer, or takes no writes now, does not hinder the start: nobody
 * gets a false success from it, `/readyz` says so, and the server recovers by itself.
 *
 * @throws PromiseBroken if the database answers, and a logout would not hold on it
 */
export async function assertKept({ trial }: Pick<OpenedRevocation, 'trial'>, log: Log): Promise<void> {
  try {
    await trial.run();
  } catch (error) {
    if (error instanceof PromiseBroken) throw error;
    log.warn({ err: error }, 'a revocation can not be written now: logouts fail until the database takes writes');
  }
}

/** Does not load the blacklist: the server must not serve requests before `revocations.load` has returned (R6). */
export async function openRevocation(world: World, needs: Needs, teardown: Teardown) {
  const { database } = needs;
  const replica = new Replica();
  const watch = new LeaseWatch(() => lease?.node ?? null);
  const connections = new LiveConnections((areOpen) => watch.changed(areOpen, connections));
  // Import the lease code only where several nodes can share the database.
  const feed = await openFeed(world, { database, replica, relay: (acknowledgement) => waiting?.relay(acknowledgement) }, teardown);
  const onPayload = (text: string) => {
    hearOfCredential(text, feed);
    needs.onPayload(text);
  };
  const all = { ...needs, onPayload, replica, connections, feed, follower: feed };
  const lease = database.isShared ? (await import('./lease/open.js')).openLease(world, all, teardown) : null;
  const node = lease?.node ?? null;
  const file = lease === null ? openFileCoordinator(world, all, teardown) : null;
  const waiting: LeaseNode | undefined = node ?? file?.node;
  const { mirror, mirrorTable } = openMirror(world, database);
  teardown.add(() => mirror?.stop());
  const coordinator = new MirroredCoordinator(file?.coordinator ?? (node as LeaseNode), mirror, world.leaseClock);
  const revocations = new Revocations(database, world.clock, replica, coordinator);
  const trial = new Trial(world, { database, readElsewhere: lease?.readRows ?? null });
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
    feed,
    members: {
      load: async () => file?.members.load(),
      expect: () => file?.members.expect(),
      watch: async () => waiting?.watchMembers(),
      /** Tells all nodes that a credential was revoked. */
      tellRevoked: async (credentialId) => {
        feed.endCredential(credentialId);
        await lease?.channel.tell(writeRevokedCredential(lease.channel.nodeId, credentialId));
      },
    } satisfies Members,
    check: openCheck(),
    trial,
    findUnreadiness,
  };

  function openCheck(): RevocationCheck {
    const { revocationCheck } = world.config;
    const table = new DatabaseCheck(revocations, database);
    if (revocationCheck === 'database') return table;
    if (revocationCheck === 'redis' && mirror !== null) return new RedisCheck(mirror, table);
    return node === null ? new MemoryCheck(revocations) : new LeaseCheck(node, revocations, world.leaseClock);
  }

  /** Why the promise could not be kept by this node now, or null. */
  async function findUnreadiness(): Promise<string | null> {
    const reason = world.config.revocationCheck === 'lease' && node !== null ? await findLeaseFault(node) : await findDatabaseFault();
    return reason ?? findMirrorFault();
  }

  /** A node is ready while it holds a lease, even during an outage, or if it can get one now. So the trial must not delay the answer. */
  async function findLeaseFault(leased: LeaseNode): Promise<string | null> {
    void trial.renew().catch(() => undefined);
    const denial = await leased.findUnreadiness();
    return denial ?? (trial.fault === null ? null : NOT_KEPT);
  }

  async function findDatabaseFault(): Promise<string | null> {
    try {
      if (!replica.isKnown) await revocations.recover();
      await database.ping();
      await trial.renew();
      return null;
    } catch (error) {
      return error instanceof PromiseBroken ? NOT_KEPT : 'the database does not answer';
    }
  }

  /** A Redis that is only away keeps a node ready: checks ask the table then, and R27 says what a logout does. */
  function findMirrorFault(): string | null {
    const isNeeded = world.config.revocationCheck === 'redis' || trial.waitsForMirror;
    return isNeeded && mirror !== null && mirror.unfit !== null ? 'Redis refuses this server; `latchkey doctor` says why' : null;
  }
}
