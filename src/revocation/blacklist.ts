/** Reads and writes the blacklist table: revoked ids, each kept until no valid token can carry it any more. */
import type { Database, Transaction } from '../database/database.js';
import { type BlacklistedToken, Prisma } from '../database/generated/client.js';
import { toInstant } from '../database/statement.js';
import { LatchkeyError } from '../lib/errors.js';
import { insertBlacklisted, readLog } from './log-statements.js';
import { type BlacklistRow, KEEP_AFTER_EXPIRY_MS, type LogState } from './memory/log-rows.js';

export { type BlacklistRow, KEEP_AFTER_EXPIRY_MS, type LogState } from './memory/log-rows.js';

/**
 * A `jti` (one access token), a `sid` (every token of one session) or a `kid` (every token of one key).
 * Never the text of a token: one token has several valid encodings, so a client could evade an entry by re-encoding it.
 */
export interface BlacklistEntry {
  readonly id: string;
  /** `user`: every token of a user with one counter. Only `latchkey/blacklist` has it. */
  readonly kind: 'jti' | 'sid' | 'kid' | 'user';
  readonly userId: string | null;
  readonly reason: string;
  /** The latest `exp`, in milliseconds since the epoch, of any token that carries the id. */
  readonly lastExpiresAt: number;
}

const STATE_ID = 1;

export interface RevocationState extends LogState {
  /** Null in a database of an older version until a node registers. */
  readonly clusterId: string | null;
  readonly mirrorId: string | null;
  readonly mirrorRunId: string | null;
  /** Whether a revocation must be in the Redis mirror before it is answered (R27). */
  readonly waitsForMirror: boolean;
  /** When `sessionsSince` was last raised; null if it never was. */
  readonly allEndedAt: Date | null;
}

/** The stored state; creates it at the first start. */
export async function readState(transaction: Transaction): Promise<RevocationState> {
  const state = await transaction.revocationState.findUnique({ where: { id: STATE_ID } });
  const first = { id: STATE_ID, version: 0, generation: 1, prunedBefore: new Date(0) };
  return toState(state ?? (await transaction.revocationState.create({ data: first })));
}

/** The database counts in 64 bits. A number holds 53 of them, enough for 1,000 revocations a second for 285,000 years. */
export function toState<Stored extends { readonly version: bigint }>(
  stored: Stored,
): Omit<Stored, 'version'> & { readonly version: number } {
  return { ...stored, version: Number(stored.version) };
}

/** The additions of one transaction: all rows of one version, and the state after them. */
export interface Addition {
  readonly state: RevocationState;
  readonly rows: readonly BlacklistRow[];
}

/**
 * Adds rows under the next version (R5). If asked to, ends every token and session so far, in a time that does not depend on their
 * number (R17). A `jti` that is already listed keeps its row. A `sid` can't be listed yet, because its session had not ended before.
 *
 * @returns null if there was nothing to add
 */
export async function addToBlacklist(
  database: Database,
  transaction: Transaction,
  entries: readonly BlacklistEntry[],
  endsAll: boolean,
  now: number,
): Promise<Addition | null> {
  const tokens = entries.filter((entry) => entry.kind === 'jti').map((entry) => entry.id);
  const known = tokens.length === 0 ? new Set<string>() : await findBlacklisted(transaction, tokens);
  const fresh = entries.filter((entry) => !known.has(entry.id));
  if (fresh.length === 0 && !endsAll) return null;
  const stored = await transaction.revocationState.update({
    where: { id: STATE_ID },
    data: { version: { increment: 1 }, generation: { increment: endsAll ? 1 : 0 } },
  });
  const state = toState(endsAll ? await endSessionsBefore(transaction, stored.generation, new Date(now)) : stored);
  const rows = rowsUnder(state.version, fresh, now);
  if (rows.length > 0) await database.insertIn(transaction, insertBlacklisted(rows));
  return { state, rows };
}

/** The rows of the table for some entries. */
export function rowsUnder(version: number, entries: readonly BlacklistEntry[], now: number): BlacklistedToken[] {
  return entries.map(({ id, kind, userId, reason, lastExpiresAt }) => ({
    id,
    kind,
    userId,
    reason,
    version: BigInt(version),
    revokedAt: new Date(now),
    revokedUntil: new Date(lastExpiresAt + KEEP_AFTER_EXPIRY_MS),
  }));
}

function endSessionsBefore(transaction: Transaction, sessionsSince: number, allEndedAt: Date) {
  return transaction.revocationState.update({ where: { id: STATE_ID }, data: { sessionsSince, allEndedAt } });
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
 * Uses one statement, so that list and state show the same instant: if a row was pruned, `prunedBefore` already refuses its tokens.
 *
 * @param ids the ids of verified tokens: this server made them, so they contain no space
 * @throws LatchkeyError AUTH_UNAVAILABLE if the state is missing
 */
export async function findWithState(client: Transaction, ids: readonly string[]): Promise<Finding> {
  const [row] = await client.$queryRaw<(Omit<LogState, 'version'> & { version: bigint; listed: string | null })[]>`
    SELECT "version", "generation", "sessionsSince", "prunedBefore", (
      SELECT STRING_AGG("id", ' ') FROM "BlacklistedToken" WHERE "id" IN (${Prisma.join([...ids])})
    ) AS "listed" FROM "RevocationState" WHERE "id" = ${STATE_ID}`;
  if (row === undefined) throw LatchkeyError.unavailable(new Error('The row of the blacklist state is missing'));
  return { ...toState(row), listed: new Set(row.listed?.split(' ')) };
}

/** The rows after a version, up to `lastVersion` if given. */
export function rowsSince(client: Transaction, version: number, lastVersion?: number): Promise<BlacklistRow[]> {
  return client.blacklistedToken.findMany({
    where: { version: { gt: version, ...(lastVersion === undefined ? {} : { lte: lastVersion }) } },
    select: { id: true, revokedUntil: true },
  });
}

/** The state, and the rows after a version, in one statement. It creates the state at the first start. */
export async function readLogSince(database: Database, since: number): Promise<Addition> {
  const [row] = await database.ask(readLog(since, database.dialect));
  if (row === undefined) return { state: await database.transaction(readState), rows: [] };
  const { rows, ...stored } = row;
  const pairs = JSON.parse(rows ?? '[]') as readonly (readonly [string, string])[];
  return { state: toState(stored), rows: pairs.map(([id, until]) => ({ id, revokedUntil: toInstant(until) })) };
}

/** Some of the rows after a version. A page never splits the rows of one version. */
export interface BlacklistPage {
  readonly rows: readonly BlacklistRow[];
  readonly lastVersion: number;
}

/**
 * Reads the next rows after a version in the order of the log: `limit` rows, plus the rest of the last version. A row's
 * `revokedUntil` may be up to a minute too late, never too early.
 *
 * Prisma takes seconds to make objects of a million rows. So the database joins the ids whose instants share a minute,
 * which are the first 16 characters of a timestamp as text.
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

/** @returns null if the ids can't be told apart: this server's ids contain no space, but another program may have added some that do */
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

/** How many rows a batch of pruning removed, and the latest `exp` (milliseconds since the epoch) of the tokens that needed them. */
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

/** Records that the rows of tokens with an `exp` up to `lastExpiresAt` may be gone, so those tokens are refused by age (R7). */
export async function markPruned(transaction: Transaction, lastExpiresAt: number): Promise<void> {
  const prunedBefore = new Date(lastExpiresAt);
  await transaction.revocationState.updateMany({ where: { id: STATE_ID, prunedBefore: { lt: prunedBefore } }, data: { prunedBefore } });
}
