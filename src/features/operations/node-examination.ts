/** Checks, from one node, what several nodes depend on: PostgreSQL, the other nodes, and the doorbells (NOTIFY of revocations). */

import type { Database } from '../../database/database.js';
import type { ServerFacts } from '../../database/engine.js';
import { FEED_CONNECTIONS, SIDE_CONNECTIONS } from '../../database/engine.js';
import type { LeaseNode } from '../../revocation/lease/lease-node.js';
import type { World } from '../../world.js';
import type { Finding } from './finding.js';
import { isVerifier, readNodes } from './nodes.js';

/** Running nodes look for dead ones every minute, and remove a dead node at the second look. */
export const REMOVED_WITHIN_MS = 180_000;

interface Needs {
  readonly database: Database;
  readonly node: LeaseNode;
}

export class NodeExamination {
  constructor(
    private readonly world: World,
    private readonly needs: Needs,
  ) {}

  async run(): Promise<Finding[]> {
    const before = this.world.clock.now();
    const server = await this.needs.database.describeServer();
    if (server === null) return [];
    const clock = this.#examineClock(server.now, before, this.world.clock.now());
    const nodes = (await readNodes(this.needs.database)).filter((member) => !isVerifier(member));
    return [
      examineServer(server),
      examineDurability(server),
      this.#examineConnections(server, nodes.length),
      this.#examineNodes(nodes, server.now),
      await this.#examineDoorbells(),
      clock,
    ];
  }

  #examineConnections({ connectionLimit, connections }: ServerFacts, nodes: number): Finding {
    const each = this.world.config.databasePoolSize + SIDE_CONNECTIONS + FEED_CONNECTIONS;
    const wanted = Math.max(1, nodes) * each;
    const isRight = wanted <= connectionLimit;
    return {
      check: 'connections',
      isRight,
      found: `${connections} of ${connectionLimit} in use; the nodes may take up to ${wanted}, ${each} each if all have this DATABASE_POOL_SIZE`,
      advice: isRight ? '' : 'Lower DATABASE_POOL_SIZE, or raise max_connections or the limit of the role or the database.',
    };
  }

  #examineNodes(nodes: readonly { readonly id: string; readonly seenAt: Date }[], now: number): Finding {
    const dead = nodes.filter(({ seenAt }) => now - seenAt.getTime() > REMOVED_WITHIN_MS).map(({ id }) => id);
    const isRight = dead.length === 0;
    return {
      check: 'nodes',
      isRight,
      found: `${nodes.length} on record${isRight ? '' : `; not seen for more than ${REMOVED_WITHIN_MS / 60_000} minutes: ${dead.join(', ')}`}`,
      advice: isRight
        ? ''
        : 'A logout waits for them until their lease has expired. Any running node removes them within minutes: start one.',
    };
  }

  async #examineDoorbells(): Promise<Finding> {
    const check = 'doorbells';
    const waits = 'a logout waits for the other nodes until their leases have expired';
    if (!this.world.config.doorbell) return { check, isRight: true, found: `off: ${waits}`, advice: '' };
    if (await this.needs.node.hearsItself()) return { check, isRight: true, found: 'they are heard', advice: '' };
    return {
      check,
      isRight: false,
      found: `LISTEN receives nothing: ${waits}`,
      advice: 'Behind a transaction pooler set DOORBELL=off. Otherwise check the network between this node and PostgreSQL.',
    };
  }

  /** PostgreSQL read its clock between the two instants, so a difference within them proves nothing. */
  #examineClock(databaseNow: number, before: number, after: number): Finding {
    const aheadMs = before > databaseNow ? before - databaseNow : Math.min(0, after - databaseNow);
    const isRight = Math.abs(aheadMs) <= this.world.config.clockToleranceSeconds * 1000;
    const found =
      aheadMs === 0
        ? 'it agrees with the clock of the database'
        : `${Math.abs(aheadMs)} ms ${aheadMs > 0 ? 'ahead of' : 'behind'} the clock of the database`;
    return {
      check: 'two clocks',
      isRight,
      found,
      advice: isRight
        ? ''
        : `Keep both machines in sync with NTP. A node gets no lease if the clocks differ by more than CLOCK_TOLERANCE (${this.world.config.clockToleranceSeconds}s).`,
    };
  }
}

function examineServer({ version, isStandby, isReadOnly }: ServerFacts): Finding {
  const kind = isStandby ? 'a standby' : isReadOnly ? 'it takes no writes' : 'a primary that takes writes';
  const isRight = !isStandby && !isReadOnly;
  return {
    check: 'PostgreSQL',
    isRight,
    found: `${version}, ${kind}`,
    advice: isRight ? '' : 'No request is authenticated. Set DATABASE_URL to the address of the primary.',
  };
}

/** A logout is final only if PostgreSQL never loses an acknowledged commit. */
function examineDurability({ synchronousCommit, fsync, fullPageWrites, standbys, synchronousStandbys }: ServerFacts): Finding {
  const off = Object.entries({ synchronous_commit: synchronousCommit, fsync, full_page_writes: fullPageWrites }).filter(
    ([, value]) => value === 'off',
  );
  const found = `synchronous_commit=${synchronousCommit}, fsync=${fsync}, full_page_writes=${fullPageWrites}; standbys: ${standbys}, commits wait for ${synchronousStandbys}`;
  if (off.length > 0) {
    const names = off.map(([name]) => name).join(' and ');
    return {
      check: 'durability',
      isRight: false,
      found,
      advice: `A crash can lose a logout that was already confirmed. Turn ${names} on.`,
    };
  }
  const isLossy = standbys > 0 && (synchronousStandbys === 0 || synchronousCommit === 'local');
  const advice = isLossy ? 'Commits do not wait for the standbys, so a failover can lose a logout: set synchronous_standby_names.' : '';
  return { check: 'durability', isRight: true, found, advice };
}
