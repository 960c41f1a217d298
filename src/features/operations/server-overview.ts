/** What administrators see of this node and its neighbours: how revocations are checked, how many live, and who else is there. */
import type { Config } from '../../config/config.js';
import type { Database } from '../../database/database.js';
import type { LiveConnections } from '../../revocation/live-connections.js';
import type { Mirror } from '../../revocation/redis/mirror.js';
import type { Revocations } from '../../revocation/revocations.js';
import type { World } from '../../world.js';
import { type ListedNode, readNodes } from './nodes.js';

export interface ServerStatus {
  readonly revocationCheck: Config['revocationCheck'];
  /** Whether this node knows the blacklist: without it nobody is let in by memory. */
  readonly isBlacklistKnown: boolean;
  readonly liveRevocations: number;
  readonly blacklistVersion: number;
  readonly liveConnections: number;
  /** Null without Redis. */
  readonly isMirrorWhole: boolean | null;
  /** The oldest first; none with SQLite. */
  readonly nodes: readonly ListedNode[];
}

interface Needs {
  readonly database: Database;
  readonly revocations: Revocations;
  readonly connections: LiveConnections;
  /** Null without Redis. */
  readonly mirror: Mirror | null;
}

export class ServerOverview {
  constructor(
    private readonly world: World,
    private readonly needs: Needs,
  ) {}

  /** The count is of rows in the table: a node that does not check in memory does not keep up with it. */
  async read(): Promise<ServerStatus> {
    const [liveRevocations, nodes] = await Promise.all([
      this.needs.database.read((client) => client.blacklistedToken.count()),
      readNodes(this.needs.database),
    ]);
    const { isKnown, version } = this.needs.revocations.replica;
    return {
      revocationCheck: this.world.config.revocationCheck,
      isBlacklistKnown: isKnown,
      liveRevocations,
      blacklistVersion: version,
      liveConnections: this.needs.connections.size,
      isMirrorWhole: this.needs.mirror?.isWhole ?? null,
      nodes,
    };
  }
}
