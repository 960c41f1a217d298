/** What a node does when the database has lost commits: it writes down again what it remembers, and no token issued until then is accepted any more (R25). */

import type { Database } from '../database/database.js';
import type { Clock } from '../lib/ambient.js';
import type { Replica } from './memory/replica.js';

const BATCH = 1_000;

/** Idempotent, and in one transaction: several nodes may do it one after another. */
export async function restoreLog(database: Database, replica: Replica, clock: Clock, version: number): Promise<void> {
  const above = Math.max(version, replica.version);
  const remembered = [...replica.entries()];
  await database.transaction(async (transaction) => {
    const state = await transaction.revocationState.update({ where: { id: 1 }, data: { version: { increment: 1 } } });
    const next = Math.max(Number(state.version), above + 1);
    await transaction.revocationState.update({
      where: { id: 1 },
      // What Redis has under the versions of before need not be what the log has there now.
      data: { version: next, generation: Math.max(state.generation, replica.generation) + 1, mirrorId: null, mirrorRunId: null },
    });
    const now = new Date(clock.now());
    for (let begin = 0; begin < remembered.length; begin += BATCH) {
      const batch = remembered.slice(begin, begin + BATCH);
      const ids = batch.map(([id]) => id);
      // What was lost may have been a session's end, or a key's: neither may live again in a refresh token or a signature.
      await transaction.session.updateMany({
        where: { id: { in: ids }, endedAt: null },
        data: { endedAt: now, endedReason: 'ALL_REVOKED' },
      });
      await transaction.signingKey.deleteMany({ where: { kid: { in: ids } } });
      await transaction.blacklistedToken.createMany({
        data: batch.map(([id, until]) => ({
          id,
          kind: 'jti',
          userId: null,
          reason: 'RESTORED',
          version: next,
          revokedAt: now,
          revokedUntil: new Date(until),
        })),
        skipDuplicates: true,
      } as Parameters<typeof transaction.blacklistedToken.createMany>[0]);
    }
  });
}
