/** The pieces of work that revoke: each locks the log first, so that it sees what every earlier one has committed. */
import type { Database, Transaction } from '../database/database.js';
import { type BlacklistEntry, KEEP_AFTER_EXPIRY_MS, type Removal, removeDeadRows } from '../revocation/blacklist.js';
import type { Work } from '../revocation/revocation.js';
import { counterId, readCounter, writeCounter } from './counters.js';
import { FOR_EVER } from './token-ids.js';

/** Databases limit the number of values in a statement. */
const IDS_PER_STATEMENT = 1_000;

/** Waits for every transaction that writes to the log, and holds up later ones until this one ends. SQLite has one writer anyway. */
async function lockLog(database: Database, transaction: Transaction): Promise<void> {
  if (database.isShared) await transaction.$queryRaw`SELECT "id" FROM "RevocationState" WHERE "id" = 1 FOR UPDATE`;
}

interface Revoked {
  readonly id: string;
  readonly kind: 'jti' | 'sid';
}

/** Revokes ids until their last token has expired. An id that was revoked for a shorter time gets a new row. */
export function revokeIds(database: Database, ids: readonly Revoked[], lastExpiresAt: number): Work<void> {
  return async (transaction) => {
    await lockLog(database, transaction);
    const entries = ids.map(({ id, kind }) => entry(id, kind, lastExpiresAt));
    return { entries: await withoutCovered(transaction, entries), endsAll: false, revokes: true, result: undefined };
  };
}

/** Ends the current counter of a user. @returns the next one */
export function endCounter(database: Database, user: string, lastExpiresAt = FOR_EVER): Work<number> {
  return async (transaction) => {
    await lockLog(database, transaction);
    const counter = await readCounter(transaction, user);
    await writeCounter(transaction, user, counter + 1);
    const entries = [entry(counterId(user, counter), 'sid', lastExpiresAt)];
    return { entries, endsAll: false, revokes: true, result: counter + 1 };
  };
}

/** Ends the current counter, and lets the rows of all counters be pruned once the tokens have expired. The next counter stays known. */
export function forgetCounters(database: Database, user: string, lastExpiresAt: number): Work<void> {
  return async (transaction) => {
    const ended = await endCounter(database, user, lastExpiresAt)(transaction);
    const until = new Date(lastExpiresAt + KEEP_AFTER_EXPIRY_MS);
    for (let first = 0; first < ended.result; first += IDS_PER_STATEMENT) {
      const length = Math.min(IDS_PER_STATEMENT, ended.result - first);
      const ids = Array.from({ length }, (_, index) => counterId(user, first + index));
      await transaction.blacklistedToken.updateMany({
        where: { id: { in: ids }, revokedUntil: { gt: until } },
        data: { revokedUntil: until },
      });
    }
    return { ...ended, result: undefined };
  };
}

/** Locks the log too: a row that is revoked again for longer must not be removed by its id. */
export function removeDead(database: Database): (transaction: Transaction, now: number, limit: number) => Promise<Removal> {
  return async (transaction, now, limit) => {
    await lockLog(database, transaction);
    return removeDeadRows(transaction, now, limit);
  };
}

function entry(id: string, kind: 'jti' | 'sid', lastExpiresAt: number): BlacklistEntry {
  return { id, kind, userId: null, reason: 'REVOKED', lastExpiresAt };
}

/** Removes the rows that end too early. Their ids come again under the next version, so that other processes learn of the later instant. */
async function withoutCovered(transaction: Transaction, entries: readonly BlacklistEntry[]): Promise<BlacklistEntry[]> {
  const listed = await transaction.blacklistedToken.findMany({
    where: { id: { in: entries.map(({ id }) => id) } },
    select: { id: true, revokedUntil: true },
  });
  const untilById = new Map(listed.map(({ id, revokedUntil }) => [id, revokedUntil.getTime()]));
  const fresh = entries.filter(({ id, lastExpiresAt }) => (untilById.get(id) ?? 0) < lastExpiresAt + KEEP_AFTER_EXPIRY_MS);
  const short = fresh.filter(({ id }) => untilById.has(id)).map(({ id }) => id);
  if (short.length > 0) await transaction.blacklistedToken.deleteMany({ where: { id: { in: short } } });
  return fresh;
}
