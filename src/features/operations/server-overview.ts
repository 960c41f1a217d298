/** Reads the state of this node for administrators: its revocation check, its blacklist, the other nodes, and the verifiers. */
import type { Config } from '../../config/config.js';
import type { Database } from '../../database/database.js';
import type { LiveConnections } from '../../revocation/live-connections.js';
import type { Mirror } from '../../revocation/redis/mirror.js';
import type { Revocations } from '../../revocation/revocations.js';
import type { World } from '../../world.js';
import { isVerifier, type ListedNode, readNodes } from './nodes.js';

export interface ServerStatus {
  readonly revocationCheck: Config['revocationCheck'];
  /** Whether this node knows the blacklist: if not, it accepts no token from memory. */
  readonly isBlacklistKnown: boolean;
  readonly liveRevocations: number;
  readonly blacklistVersion: number;
  readonly liveConnections: number;
  /** Null without Redis. */
  readonly isMirrorWhole: boolean | null;
  /** Oldest first; empty with SQLite. */
  readonly nodes: readonly ListedNode[];
  /** Oldest first. */
  readonly verifiers: readonly ListedNode[];
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

  /** Counts the rows of the table: the copy in memory is out of date on a node that does not check there. */
  async read(): Promise<ServerStatus> {
    const [liveRevocations, members] = await Promise.all([
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
      nodes: members.filter((member) => !isVerifier(member)),
      verifiers: members.filter(isVerifier),
    };
  }
}
