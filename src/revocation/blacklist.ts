/** The blacklist table: ids that are dead, each until no token can carry it any more. */
import type { Transaction } from '../database/database.js';

/** A `jti` (one access token) or a `sid` (every token of one session). Never the token's text: one token has many spellings. */
export interface BlacklistEntry {
  readonly id: string;
  readonly kind: 'jti' | 'sid';
  readonly userId: string;
  readonly reason: string;
  /** The latest `exp`, in milliseconds since the epoch, of any token that carries the id. */
  readonly lastExpiresAt: number;
}

export interface BlacklistRow {
  readonly id: string;
  readonly revokedUntil: Date;
}

/** The highest tolerance that can be configured, so that a row outlives the tokens under any setting, past or future. */
const MAX_CLOCK_TOLERANCE_MS = 60_000;
const MARGIN_MS = 120_000;

/** How much longer than the last `exp` a row is kept. */
export const KEEP_AFTER_EXPIRY_MS = MAX_CLOCK_TOLERANCE_MS + MARGIN_MS;

const STATE_ID = 1;

export interface RevocationState {
  readonly version: number;
  readonly generation: number;
  readonly prunedBefore: Date;
}

/** The state as stored, made at the first start. */
export async function readState(transaction: Transaction): Promise<RevocationState> {
  const state = await transaction.revocationState.findUnique({ where: { id: STATE_ID } });
  return state ?? transaction.revocationState.create({ data: { id: STATE_ID, version: 0, generation: 1, prunedBefore: new Date(0) } });
}

/** What one transaction added: all rows of one version, and the state that it left. */
export interface Addition {
  readonly state: RevocationState;
  readonly rows: readonly BlacklistRow[];
}

/**
 * Adds rows under the next version (R5). A `jti` that is there already keeps its row; a `sid` comes from a session that was
 * not ended before this transaction, so it can't be there.
 *
 * @returns null if all of them were there
 */
export async function addToBlacklist(transaction: Transaction, entries: readonly BlacklistEntry[], now: number): Promise<Addition | null> {
  if (entries.length === 0) return null;
  const tokens = entries.filter((entry) => entry.kind === 'jti').map((entry) => entry.id);
  const known = tokens.length === 0 ? new Set<string>() : await findBlacklisted(transaction, tokens);
  const fresh = entries.filter((entry) => !known.has(entry.id));
  if (fresh.length === 0) return null;
  const state = await transaction.revocationState.update({ where: { id: STATE_ID }, data: { version: { increment: 1 } } });
  const data = fresh.map(({ id, kind, userId, reason, lastExpiresAt }) => ({
    id,
    kind,
    userId,
    reason,
    version: state.version,
    revokedAt: new Date(now),
    revokedUntil: new Date(lastExpiresAt + KEEP_AFTER_EXPIRY_MS),
  }));
  await transaction.blacklistedToken.createMany({ data });
  return { state, rows: data };
}

/** Which of the ids are on the list. */
export async function findBlacklisted(client: Transaction, ids: readonly string[]): Promise<Set<string>> {
  const rows = await client.blacklistedToken.findMany({ where: { id: { in: [...ids] } }, select: { id: true } });
  return new Set(rows.map((row) => row.id));
}

/** The rows that came after a version, or all. */
export function rowsSince(client: Transaction, version: number): Promise<BlacklistRow[]> {
  return client.blacklistedToken.findMany({ where: { version: { gt: version } }, select: { id: true, revokedUntil: true } });
}

/** What a batch of pruning removed, and the latest `exp`, in milliseconds since the epoch, of a token that needed any of it. */
export interface Removal {
  readonly count: number;
  readonly lastExpiresAt: number;
}

/** Removes at most `limit` rows that no token can carry any more, the oldest first. */
export async function removeDeadRows(transaction: Transaction, now: number, limit: number): Promise<Removal> {
  const dead = await transaction.blacklistedToken.findMany({
    where: { revokedUntil: { lte: new Date(now) } },
    orderBy: { revokedUntil: 'asc' },
    select: { id: true, revokedUntil: true },
    take: limit,
  });
  const { count } = await transaction.blacklistedToken.deleteMany({ where: { id: { in: dead.map((row) => row.id) } } });
  return { count, lastExpiresAt: (dead.at(-1)?.revokedUntil.getTime() ?? 0) - KEEP_AFTER_EXPIRY_MS };
}

/** Writes down that what could revoke tokens that expired until then may be gone (R7). */
export async function markPruned(transaction: Transaction, lastExpiresAt: number): Promise<void> {
  const prunedBefore = new Date(lastExpiresAt);
  await transaction.revocationState.updateMany({ where: { id: STATE_ID, prunedBefore: { lt: prunedBefore } }, data: { prunedBefore } });
}
