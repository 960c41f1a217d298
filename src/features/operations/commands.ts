/** The commands about the server itself: its blacklist, nodes, mirror and health. */
import type { Database } from '../../database/database.js';
import { command, NOTHING } from '../../lib/command.js';
import { done, LatchkeyError } from '../../lib/errors.js';
import type { MirrorTable } from '../../revocation/redis/mirror-table.js';
import type { Revocations } from '../../revocation/revocations.js';
import type { World } from '../../world.js';
import type { Examination } from './examination.js';
import { readNodes } from './nodes.js';

interface Needs {
  readonly database: Database;
  readonly revocations: Revocations;
  readonly mirrorTable: MirrorTable;
  readonly examination: Examination;
}

export interface BlacklistStats {
  /** Rows of the table. */
  readonly rows: number;
  /** Revoked ids that this process holds in memory. */
  readonly inMemory: number;
  readonly version: number;
  readonly oldestRevokedAt: Date | null;
}

export function operationCommands({ config }: World, { database, revocations, mirrorTable, examination }: Needs) {
  return {
    blacklistStats: command(NOTHING, async () => {
      const { _count, _min } = await database.read((client) =>
        client.blacklistedToken.aggregate({ _count: true, _min: { revokedAt: true } }),
      );
      const { size, version } = revocations.replica;
      return done<BlacklistStats>({ rows: _count, inMemory: size, version, oldestRevokedAt: _min.revokedAt });
    }),
    /** The nodes and verifiers that may hold a lease, oldest first. */
    listNodes: command(NOTHING, async () => done(await readNodes(database))),
    /**
     * Stops revocations from waiting for Redis, once no node checks with Redis any more.
     *
     * @throws LatchkeyError BAD_USER_INPUT if this node checks with Redis
     */
    unmirror: command(NOTHING, async () => {
      if (config.revocationCheck === 'redis') {
        throw LatchkeyError.badInput('This node checks with Redis itself. Start every node with another REVOCATION_CHECK first.');
      }
      await mirrorTable.setWaiting(false);
      return done({ waitsForMirror: false });
    }),
    /** Checks everything that the server depends on. */
    examine: command(NOTHING, async () => done(await examination.run())),
  };
}
