/** The part of the composition root that makes this process one of several nodes on a shared database. */

import type { Config } from './config/config.js';
import type { Database } from './database/database.js';
import { type Listening, listenTo, openShortStatements } from './database/side-connections.js';
import { AuditBell } from './features/audit/audit-bell.js';
import { type Clock, freshId, type LeaseClock, type Randomness } from './lib/ambient.js';
import type { Log } from './lib/log.js';
import { Doorbell } from './revocation/lease/doorbell.js';
import { hearing } from './revocation/lease/hearing.js';
import { LeaseNode } from './revocation/lease/lease-node.js';
import { CHANNEL, LeaseStatements } from './revocation/lease/lease-statements.js';
import type { LiveConnections } from './revocation/live-connections.js';
import type { Replica } from './revocation/memory/replica.js';
import { restoreLog } from './revocation/restoring.js';

export interface OpenedNode {
  readonly node: LeaseNode;
  readonly auditBell: AuditBell;
  close(): Promise<void>;
}

/** How long doorbells that fail to come may hold up a logout, where they are on and the connection that hears them is lost. */
const POLLING_LEASE_MS = 300;

/** What the node takes from the world. */
export interface World {
  readonly config: Config;
  readonly clock: Clock;
  readonly leaseClock: LeaseClock;
  readonly randomness: Randomness;
  readonly log: Log;
}

/** Every process that writes to a shared database waits for its nodes; which of them holds leases itself is said by whoever starts it. */
export function openNode(
  { config, clock, leaseClock, randomness, log }: World,
  database: Database,
  replica: Replica,
  connections: LiveConnections,
): OpenedNode {
  const statements = new LeaseStatements(openShortStatements(config.databaseUrl));
  const settings = {
    nodeId: freshId(randomness),
    listeningLeaseMs: config.leaseMs,
    pollingLeaseMs: config.doorbell ? Math.min(POLLING_LEASE_MS, config.leaseMs) : config.leaseMs,
    clockToleranceMs: config.clockToleranceSeconds * 1000,
  };
  const restore = (version: number) => restoreLog(database, replica, clock, version);
  const doorbell = new Doorbell(statements, settings.nodeId, log);
  const node = new LeaseNode(settings, statements, doorbell, replica, connections, restore, leaseClock, log);
  const auditBell = new AuditBell(settings.nodeId, (payload) => statements.tell(payload));
  const ears = hearing(
    doorbell,
    (isHeard) => node.listen(isHeard),
    () => log.warn('LISTEN brings nothing, so doorbells are not heard: behind a pooler of transactions set DOORBELL=off'),
  );
  const listening: Listening | null = config.doorbell
    ? listenTo(config.databaseUrl, CHANNEL, {
        onListening: (isListening) => ears.connected(isListening),
        onPayload: (payload) => {
          node.hear(payload);
          auditBell.hear(payload);
        },
        onFailure: (reason) => log.warn({ reason }, 'doorbells are not heard'),
      })
    : null;
  if (listening !== null) node.canHear = listening.tried;
  return {
    node,
    auditBell,
    async close() {
      ears.stop();
      await node.stop();
      await listening?.close();
      await statements.close();
    },
  };
}
