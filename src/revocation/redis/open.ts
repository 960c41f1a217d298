/** Opens the mirror of the blacklist in Redis, and checks that it meets the needs of the nodes on this database. */
import { ConfigError } from '../../config/config-error.js';
import type { Database } from '../../database/database.js';
import type { World } from '../../world.js';
import { Mirror } from './mirror.js';
import { createMirrorKeys } from './mirror-record.js';
import { MirrorTable } from './mirror-table.js';
import { MirrorWriter } from './mirror-writer.js';
import { RedisConnection } from './redis-connection.js';

export interface OpenedMirror {
  readonly mirrorTable: MirrorTable;
  /** Null without Redis. It connects only when it is started. */
  readonly mirror: Mirror | null;
}

export function openMirror({ config, clock, leaseClock, randomness, log }: World, database: Database): OpenedMirror {
  const mirrorTable = new MirrorTable(database);
  const { redisUrl, redisPrefix } = config;
  if (redisUrl === null) return { mirrorTable, mirror: null };
  const keys = createMirrorKeys(redisPrefix);
  const writer = new MirrorWriter(keys, mirrorTable, clock, randomness);
  return { mirrorTable, mirror: new Mirror(() => new RedisConnection(redisUrl), keys, writer, leaseClock, log) };
}

/**
 * @param catchUp reads the new rows of the log
 * @throws UnfitRedis if Redis can't serve as the mirror
 * @throws ConfigError if a node of this database checks with Redis and REDIS_URL is not set here
 */
export async function assertMirrored(
  { config }: World,
  { mirror, mirrorTable }: OpenedMirror,
  catchUp: () => Promise<void>,
): Promise<void> {
  if (mirror === null && (await mirrorTable.readState()).waitsForMirror) {
    const expected =
      'the Redis of the other nodes, which check there; or run `latchkey blacklist unmirror` once no node has REVOCATION_CHECK=redis';
    throw new ConfigError([{ setting: 'REDIS_URL', found: 'nothing', expected }]);
  }
  // Before the node declares that it checks there: its revocations, and those of every other node, would wait for this Redis.
  if (mirror !== null && mirror.unfit !== null) throw mirror.unfit;
  if (config.revocationCheck === 'redis') await mirror?.rely(catchUp);
  if (mirror !== null && mirror.unfit !== null) throw mirror.unfit;
}
