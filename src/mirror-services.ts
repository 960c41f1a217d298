/** The part of the composition root that keeps the mirror in Redis. */
import type { Database } from './database/database.js';
import type { World } from './lease-services.js';
import { Mirror } from './revocation/redis/mirror.js';
import { createMirrorKeys } from './revocation/redis/mirror-record.js';
import { MirrorTable } from './revocation/redis/mirror-table.js';
import { MirrorWriter } from './revocation/redis/mirror-writer.js';
import { RedisConnection } from './revocation/redis/redis-connection.js';

export interface OpenedMirror {
  readonly mirrorTable: MirrorTable;
  /** Null without Redis. Nothing is connected before it is started. */
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
