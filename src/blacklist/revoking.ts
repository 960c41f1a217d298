/** The pieces of work that revoke. Each locks the log first, so that it sees what every earlier one has committed. */
import type { Database, Transaction } from '../database/database.js';
import { type BlacklistEntry, KEEP_AFTER_EXPIRY_MS, type Removal, removeDeadRows } from '../revocation/blacklist.js';
import type { Work } from '../revocation/revocation.js';
import { counterId, readCounter, writeCounter } from './counters.js';
import { FOR_EVER } from './token-ids.js';

/** Databases limit the number of values in a statement. */
const IDS_PER_STATEMENT = 1_000;

/** Something that is to be revoked; the instants are milliseconds since the epoch. */
export type Wish =
  | { readonly kind: 'ids'; readonly ids: readonly { readonly id: string; readonly kind: 'jti' | 'sid' }[]; readonly lastExpiresAt: number }
  | { readonly kind: 'end-user'; readonly user: string; readonly lastExpiresAt?: number }
  | { readonly kind: 'forget-user'; readonly user: string; readonly lastExpiresAt: number };

/**
 * Does what is wished in one transaction. An id that was revoked for a shorter time gets a new row.
 *
 * @param onCommitted called once the transaction is committed, before the revocation is in force everywhere
 * @returns for each wish the next counter of its user; 0 for ids
 */
export function revokeAll(database: Database, wishes: readonly Wish[], onCommitted: () => void): Work<readonly number[]> {
  return async (transaction) => {
    await lockLog(database, transaction);
    const entries: BlacklistEntry[] = [];
    const result: number[] = wishes.map(() => 0);
    // Users who are forgotten come first: this changes the rows that are there, not those that are about to be written.
    const inOrder = [...wishes.entries()].sort(([, { kind }]) => (kind === 'forget-user' ? -1 : 1));
    for (const [index, wish] of inOrder) {
      if (wish.kind === 'ids') entries.push(...wish.ids.map(({ id, kind }) => entry(id, kind, wish.lastExpiresAt)));
      else {
        const counter = await endCounter(transaction, wish.user);
        if (wish.kind === 'forget-user') await shorten(transaction, wish.user, counter, wish.lastExpiresAt);
        entries.push(entry(counterId(wish.user, counter), 'user', wish.lastExpiresAt ?? FOR_EVER));
        result[index] = counter + 1;
      }
    }
    const fresh = await withoutCovered(transaction, latestOfEach(entries));
    database.whenCommitted(transaction, onCommitted);
    return { entries: fresh, endsAll: false, revokes: true, result };
  };
}

/** Removes rows, and locks the log too: a row that is revoked again for longer must not be removed by its id. */
export function removeDead(database: Database): (transaction: Transaction, now: number, limit: number) => Promise<Removal> {
  return async (transaction, now, limit) => {
    await lockLog(database, transaction);
    return removeDeadRows(transaction, now, limit);
  };
}

/** Waits for every transaction that writes to the log, and holds up later ones until this one ends. SQLite has one writer anyway. */
async function lockLog(database: Database, transaction: Transaction): Promise<void> {
  if (database.isShared) await transaction.$queryRaw`SELECT "id" FROM "RevocationState" WHERE "id" = 1 FOR UPDATE`;
}

/** @returns the counter that is over now */
async function endCounter(transaction: Transaction, user: string): Promise<number> {
  const counter = await readCounter(transaction, user);
  await writeCounter(transaction, user, counter + 1);
  return counter;
}

/** Lets the rows of the counters before this one be pruned once the tokens have expired. The memory of the processes keeps them longer. */
async function shorten(transaction: Transaction, user: string, counter: number, lastExpiresAt: number): Promise<void> {
  const revokedUntil = new Date(lastExpiresAt + KEEP_AFTER_EXPIRY_MS);
  for (let first = 0; first < counter; first += IDS_PER_STATEMENT) {
    const length = Math.min(IDS_PER_STATEMENT, counter - first);
    const ids = Array.from({ length }, (_, index) => counterId(user, first + index));
    await transaction.blacklistedToken.updateMany({
      where: { id: { in: ids }, revokedUntil: { gt: revokedUntil } },
      data: { revokedUntil },
    });
  }
}

function entry(id: string, kind: 'jti' | 'sid' | 'user', lastExpiresAt: number): BlacklistEntry {
  return { id, kind, userId: null, reason: 'REVOKED', lastExpiresAt };
}

function latestOfEach(entries: readonly BlacklistEntry[]): BlacklistEntry[] {
  const latest = new Map<string, BlacklistEntry>();
  for (const each of entries) {
    const known = latest.get(each.id);
    if (known === undefined || known.lastExpiresAt < each.lastExpiresAt) latest.set(each.id, each);
  }
  return [...latest.values()];
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
