/** What administrators see of this node and its neighbours: how revocations are checked, how many live, and who else is there. */
import type { Config } from '../../config/config.js';
import type { Database } from '../../database/database.js';
import type { LiveConnections } from '../../revocation/live-connections.js';
import type { Mirror } from '../../revocation/redis/mirror.js';
import type { Revocations } from '../../revocation/revocations.js';
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

export class ServerOverview {
  constructor(
    private readonly database: Database,
    private readonly revocations: Revocations,
    private readonly connections: LiveConnections,
    /** Null without Redis. */
    private readonly mirror: Mirror | null,
    private readonly settings: Pick<Config, 'revocationCheck'>,
  ) {}

  /** The count is of rows in the table: a node that does not check in memory does not keep up with it. */
  async read(): Promise<ServerStatus> {
    const [liveRevocations, nodes] = await Promise.all([
      this.database.read((client) => client.blacklistedToken.count()),
      readNodes(this.database),
    ]);
    const { isKnown, version } = this.revocations.replica;
    return {
      revocationCheck: this.settings.revocationCheck,
      isBlacklistKnown: isKnown,
      liveRevocations,
      blacklistVersion: version,
      liveConnections: this.connections.size,
      isMirrorWhole: this.mirror?.isWhole ?? null,
      nodes,
    };
  }
}
