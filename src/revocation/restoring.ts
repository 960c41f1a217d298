/** Repairs a database that has lost commits: writes the revoked ids in memory back, and revokes every token issued so far (R25). */

import type { Database, Transaction } from '../database/database.js';
import type { Clock } from '../lib/ambient.js';
import type { Replica } from './memory/replica.js';

const BATCH = 1_000;

/** Writes the ids in memory back. Idempotent, and one transaction, so that several nodes may run it one after another. */
export type Restore = (database: Database, replica: Replica, clock: Clock, version: number) => Promise<void>;

/** Restores the log of a server, and ends the sessions and keys that the ids name, and every token issued so far. */
export const restoreLog: Restore = (database, replica, clock, version) =>
  restore(database, replica, clock, version, async (transaction, ids, now) => {
    // The lost commits may have ended a session or a key: a refresh token or a signature must not work again.
    await transaction.session.updateMany({
      where: { id: { in: ids }, endedAt: null },
      data: { endedAt: now, endedReason: 'ALL_REVOKED' },
    });
    await transaction.signingKey.deleteMany({ where: { kid: { in: ids } } });
  });

/** Restores a log that has neither sessions nor keys, and whose tokens carry no generation. */
export const restoreLogAlone: Restore = (database, replica, clock, version) => restore(database, replica, clock, version, null);

type EndNamed = (transaction: Transaction, ids: string[], now: Date) => Promise<void>;

/** @param endNamed ends what the ids name; null if nothing but the log is ours */
async function restore(database: Database, replica: Replica, clock: Clock, version: number, endNamed: EndNamed | null): Promise<void> {
  const above = Math.max(version, replica.version);
  const remembered = [...replica.entries()];
  const now = new Date(clock.now());
  await database.transaction(async (transaction) => {
    const state = await transaction.revocationState.update({ where: { id: 1 }, data: { version: { increment: 1 } } });
    const next = Math.max(Number(state.version), above + 1);
    await transaction.revocationState.update({
      where: { id: 1 },
      // Redis may hold other rows under the old version numbers, so the trust in its mirror ends.
      data: {
        version: next,
        ...(endNamed === null ? {} : { generation: Math.max(state.generation, replica.generation) + 1 }),
        // The lost commits may have ended all sessions. The repair itself ends none: only tokens of the new generation must be fetched.
        ...(replica.sessionsSince > state.sessionsSince ? { sessionsSince: replica.sessionsSince, allEndedAt: now } : {}),
        mirrorId: null,
        mirrorRunId: null,
      },
    });
    for (let begin = 0; begin < remembered.length; begin += BATCH) {
      const batch = remembered.slice(begin, begin + BATCH);
      const ids = batch.map(([id]) => id);
      await endNamed?.(transaction, ids, now);
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
