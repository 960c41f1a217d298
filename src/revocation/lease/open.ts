/** Makes this process one of several nodes on a shared database. */

import type { Config } from '../../config/config.js';
import type { Database } from '../../database/database.js';
import { type Listening, listenTo, openShortStatements } from '../../database/side-connections.js';
import { freshId } from '../../lib/ambient.js';
import type { Teardown } from '../../lib/teardown.js';
import type { WorldOf } from '../../world.js';
import type { BlacklistRow } from '../blacklist.js';
import type { Confirmation } from '../coordinator.js';
import type { LiveConnections } from '../live-connections.js';
import type { Replica } from '../memory/replica.js';
import { type Restore, restoreLog } from '../restoring.js';
import { Doorbell } from './doorbell.js';
import { hearing } from './hearing.js';
import { type BellFollower, LeaseNode } from './lease-node.js';
import { CHANNEL, LeaseStatements } from './lease-statements.js';
import { SignedMessages } from './signed-messages.js';

/** Lets other modules send messages to all nodes on the channel of the doorbells. */
export interface Channel {
  readonly nodeId: string;
  tell(text: string): Promise<void>;
}

export interface OpenedLease {
  readonly node: LeaseNode;
  readonly channel: Channel;
  /** Reads the rows of one version as a refresh of the lease reads them. */
  readonly readRows: (version: number) => Promise<readonly BlacklistRow[]>;
}

type LeaseSetting = 'databaseUrl' | 'leaseMs' | 'doorbell' | 'clockToleranceSeconds' | 'secret';
type LeaseWorld = WorldOf<Pick<Config, LeaseSetting>>;

interface Needs {
  readonly database: Database;
  readonly replica: Replica;
  readonly connections: LiveConnections;
  /** Called once for each revocation, when it is in force on every node. */
  readonly onConfirmed: (confirmation: Confirmation) => void;
  readonly follower: BellFollower;
  /** Called with the text of every message that a node has sent on the channel. */
  readonly onPayload: (text: string) => void;
  /** Writes the ids in memory back to a database that has lost commits. */
  readonly restoreLog?: Restore;
}

/** T while doorbells are on but the connection that hears them is lost: a logout waits about this long for the silent node. */
const POLLING_LEASE_MS = 300;

/** Every process that writes to a shared database waits for its nodes. It holds leases itself only after `node.start()`. */
export function openLease(world: LeaseWorld, needs: Needs, teardown: Teardown): OpenedLease {
  const { config, clock, randomness, log } = world;
  const { database, replica } = needs;
  const statements = new LeaseStatements(openShortStatements(config.databaseUrl));
  const settings = {
    nodeId: freshId(randomness),
    listeningLeaseMs: config.leaseMs,
    pollingLeaseMs: config.doorbell ? Math.min(POLLING_LEASE_MS, config.leaseMs) : config.leaseMs,
    clockToleranceMs: config.clockToleranceSeconds * 1000,
  };
  const messages = new SignedMessages(config.secret);
  const channel: Channel = { nodeId: settings.nodeId, tell: (text) => statements.tell(messages.sign(text)) };
  const doorbell = new Doorbell(world, channel);
  // No message arrives before the next turn of the event loop, and by then `node` is assigned.
  const ears = hearing(
    doorbell,
    (isHeard) => node.listen(isHeard),
    () => log.warn('LISTEN receives nothing, so doorbells are not heard: behind a pooler of transactions set DOORBELL=off'),
  );
  const listening: Listening | null = config.doorbell
    ? listenTo(config.databaseUrl, CHANNEL, {
        onListening: (isListening) => ears.connected(isListening),
        onPayload: (payload) => {
          const text = messages.read(payload);
          if (text === null) return log.debug('a message was ignored: no node with this secret has sent it');
          node.hear(text);
          needs.onPayload(text);
        },
        onFailure: (reason) => log.warn({ reason }, 'doorbells are not heard'),
      })
    : null;
  const node: LeaseNode = new LeaseNode(world, {
    ...needs,
    settings,
    statements,
    doorbell,
    restore: (version) => (needs.restoreLog ?? restoreLog)(database, replica, clock, version),
    canHear: listening?.tried ?? Promise.resolve(),
  });
  teardown.add(async () => {
    ears.stop();
    await node.stop();
    await listening?.close();
    await statements.close();
  });
  return {
    node,
    channel,
    readRows: (version) => statements.readRows(version),
  };
}
