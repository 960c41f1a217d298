/** The blacklist table: ids that are dead, each until no token can carry it any more. */
import type { Transaction } from '../database/database.js';
import { Prisma } from '../database/generated/client.js';
import { insertRows } from '../database/insert-rows.js';
import { LatchkeyError } from '../lib/errors.js';

/** A `jti` (one access token), a `sid` (every token of one session) or a `kid` (every token of one key). Never the token's text: one token has many spellings. */
export interface BlacklistEntry {
  readonly id: string;
  readonly kind: 'jti' | 'sid' | 'kid';
  readonly userId: string | null;
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

/** What holds for all tokens at a version of the log. */
export interface LogState {
  readonly version: number;
  readonly generation: number;
  readonly prunedBefore: Date;
}

export interface RevocationState extends LogState {
  /** Null in a database of an older version in which no node has registered. */
  readonly clusterId: string | null;
  readonly mirrorId: string | null;
  readonly mirrorRunId: string | null;
  /** Whether a revocation must be in the Redis mirror before it is answered (R27). */
  readonly waitsForMirror: boolean;
}

/** The state as stored, made at the first start. */
export async function readState(transaction: Transaction): Promise<RevocationState> {
  const state = await transaction.revocationState.findUnique({ where: { id: STATE_ID } });
  const first = { id: STATE_ID, version: 0, generation: 1, prunedBefore: new Date(0) };
  return toState(state ?? (await transaction.revocationState.create({ data: first })));
}

/** The database counts in 64 bits; 53 of them last a thousand revocations a second for 285 thousand years. */
function toState<Stored extends { readonly version: bigint }>(stored: Stored): Omit<Stored, 'version'> & { readonly version: number } {
  return { ...stored, version: Number(stored.version) };
}

/** What one transaction added: all rows of one version, and the state that it left. */
export interface Addition {
  readonly state: RevocationState;
  readonly rows: readonly BlacklistRow[];
}

/**
 * Adds rows under the next version (R5), and ends the generation of tokens if asked to (R17). A `jti` that is there already keeps
 * its row; a `sid` comes from a session that was not ended before this transaction, so it can't be there.
 *
 * @returns null if there was nothing to add
 */
export async function addToBlacklist(
  transaction: Transaction,
  entries: readonly BlacklistEntry[],
  endsGeneration: boolean,
  now: number,
): Promise<Addition | null> {
  const tokens = entries.filter((entry) => entry.kind === 'jti').map((entry) => entry.id);
  const known = tokens.length === 0 ? new Set<string>() : await findBlacklisted(transaction, tokens);
  const fresh = entries.filter((entry) => !known.has(entry.id));
  if (fresh.length === 0 && !endsGeneration) return null;
  const stored = await transaction.revocationState.update({
    where: { id: STATE_ID },
    data: { version: { increment: 1 }, generation: { increment: endsGeneration ? 1 : 0 } },
  });
  const state = toState(stored);
  const data = fresh.map(({ id, kind, userId, reason, lastExpiresAt }) => ({
    id,
    kind,
    userId,
    reason,
    version: state.version,
    revokedAt: new Date(now),
    revokedUntil: new Date(lastExpiresAt + KEEP_AFTER_EXPIRY_MS),
  }));
  await insertRows(transaction.blacklistedToken, data);
  return { state, rows: data };
}

/** Which of the ids are on the list. */
export async function findBlacklisted(client: Transaction, ids: readonly string[]): Promise<Set<string>> {
  const rows = await client.blacklistedToken.findMany({ where: { id: { in: [...ids] } }, select: { id: true } });
  return new Set(rows.map((row) => row.id));
}

/** Which of some ids are on the list, and what holds for all tokens. */
export interface Finding extends LogState {
  readonly listed: ReadonlySet<string>;
}

/**
 * In one statement, so that all of it is of one instant: a row that is not there any more is told by `prunedBefore`.
 *
 * @param ids of tokens that verify: ours, so without a space
 * @throws LatchkeyError AUTH_UNAVAILABLE if the state is not there
 */
export async function findWithState(client: Transaction, ids: readonly string[]): Promise<Finding> {
  const [row] = await client.$queryRaw<(Omit<LogState, 'version'> & { version: bigint; listed: string | null })[]>`
    SELECT "version", "generation", "prunedBefore", (
      SELECT STRING_AGG("id", ' ') FROM "BlacklistedToken" WHERE "id" IN (${Prisma.join([...ids])})
    ) AS "listed" FROM "RevocationState" WHERE "id" = ${STATE_ID}`;
  if (row === undefined) throw LatchkeyError.unavailable(new Error('The state of the blacklist is not there'));
  return { ...toState(row), listed: new Set(row.listed?.split(' ')) };
}

/** The rows that came after a version, up to another one if there is one. */
export function rowsSince(client: Transaction, version: number, lastVersion?: number): Promise<BlacklistRow[]> {
  return client.blacklistedToken.findMany({
    where: { version: { gt: version, ...(lastVersion === undefined ? {} : { lte: lastVersion }) } },
    select: { id: true, revokedUntil: true },
  });
}

/** Some of the rows after a version, those of a version all together. */
export interface BlacklistPage {
  readonly rows: readonly BlacklistRow[];
  readonly lastVersion: number;
}

/**
 * Reads the next rows after a version in the order of the log: `limit`, and the others of the last version. An instant may
 * be up to a minute late, never early.
 *
 * A million rows that Prisma makes objects of take seconds. So the database joins the ids whose instants share a minute:
 * as a text, a timestamp has 16 letters up to there.
 *
 * @returns null if there are fewer than `limit`
 */
export async function readPage(client: Transaction, version: number, limit: number): Promise<BlacklistPage | null> {
  const last = await client.blacklistedToken.findFirst({
    where: { version: { gt: version } },
    orderBy: { version: 'asc' },
    skip: limit - 1,
    select: { version: true },
  });
  if (last === null) return null;
  const lastVersion = Number(last.version);
  const joined = await client.$queryRaw<JoinedRows[]>`
    SELECT STRING_AGG("id", ' ') AS "ids", COUNT(*) AS "count", MAX("revokedUntil") AS "revokedUntil" FROM "BlacklistedToken"
    WHERE "version" > ${version} AND "version" <= ${lastVersion} GROUP BY SUBSTR(CAST("revokedUntil" AS TEXT), 1, 16)`;
  return { rows: split(joined) ?? (await rowsSince(client, version, lastVersion)), lastVersion };
}

interface JoinedRows {
  readonly ids: string;
  readonly count: number | bigint;
  readonly revokedUntil: Date | string;
}

/** @returns null if it is not certain: an id of ours has no space, but what is in the table need not be ours */
function split(joined: readonly JoinedRows[]): BlacklistRow[] | null {
  const rows: BlacklistRow[] = [];
  for (const { ids, count, revokedUntil } of joined) {
    const until = new Date(revokedUntil);
    const separate = ids.split(' ');
    if (separate.length !== Number(count)) return null;
    for (const id of separate) rows.push({ id, revokedUntil: until });
  }
  return rows;
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
