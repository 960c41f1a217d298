/** Opens the node half of the feed, on a database that nodes share or that this process owns. */
import type { Database } from '../../database/database.js';
import type { Teardown } from '../../lib/teardown.js';
import type { World } from '../../world.js';
import { type Confirmation, SingleNode } from '../coordinator.js';
import type { Acknowledgement } from '../lease/bell-text.js';
import { LeaseNode } from '../lease/lease-node.js';
import type { LiveConnections } from '../live-connections.js';
import type { Replica } from '../memory/replica.js';
import { Feed } from './feed.js';
import { FileCoordinator } from './file-coordinator.js';
import { FileMembers } from './file-members.js';
import { SqliteRenewals } from './sqlite-renewals.js';

interface Needs {
  readonly database: Database;
  readonly replica: Replica;
  /** Tells whoever waits of an acknowledgement. */
  readonly relay: (acknowledgement: Acknowledgement) => void;
}

export async function openFeed({ config, leaseClock }: World, { database, replica, relay }: Needs, teardown: Teardown): Promise<Feed> {
  const settings = { longestLeaseMs: config.leaseMs, issuer: config.issuer };
  if (!database.isShared) return new Feed({ settings, replica, relay, statements: new SqliteRenewals(database, leaseClock) }, true);
  // Import the driver of PostgreSQL only where it is used.
  const { openShortStatements } = await import('../../database/side-connections.js');
  const { PostgresqlRenewals } = await import('./postgresql-renewals.js');
  // Connections of their own: pages of a long log must not delay the refreshes of this node's own lease.
  const statements = openShortStatements(config.databaseUrl);
  teardown.add(() => statements.close());
  return new Feed({ settings, replica, relay, statements: new PostgresqlRenewals(statements) }, false);
}

interface FileNeeds {
  readonly database: Database;
  readonly replica: Replica;
  readonly connections: LiveConnections;
  readonly feed: Feed;
  /** Called once for each revocation that members were waited for. */
  readonly onConfirmed: (confirmation: Confirmation) => void;
}

/** Where one process owns the database, bells and acknowledgements stay in this process. */
export function openFileCoordinator(world: World, needs: FileNeeds, teardown: Teardown) {
  const { database, replica, connections, feed } = needs;
  const members = new FileMembers(database);
  const nothing = () => undefined;
  const node = new LeaseNode(world, {
    ...needs,
    // This process has no lease of its own, so W comes from the members alone.
    settings: { nodeId: 'file', listeningLeaseMs: 0, pollingLeaseMs: 0, clockToleranceMs: 0 },
    statements: members,
    doorbell: { ring: nothing, acknowledge: nothing, read: () => null, echo: async () => true },
    follower: feed,
    restore: async () => undefined,
    canHear: Promise.resolve(),
  });
  teardown.add(() => node.stop());
  const alone = new SingleNode(replica, connections);
  return { node, members, coordinator: new FileCoordinator({ alone, withMembers: node, members, follower: feed }) };
}
