/** The renewal of a verifier on PostgreSQL: one statement on the primary, which reads and renews (R32, R33, R34). */
import { isReadOnly, type Row, type ShortStatements } from '../../database/side-connections.js';
import { LatchkeyError } from '../../lib/errors.js';
import { createQueue, type Queue } from '../../lib/queue.js';
import { type LogPlace, PAGE_ROWS, type Renewal, type RenewalReading, type RenewalStatements, standbyReading, startOf } from './renewal.js';

const AT_ONCE = 2;
/** More than all verifiers that there may be. */
const MOST_WAITING = 500;

/**
 * One statement reads one snapshot, taken after the request arrived. It renews nothing but the verifier's own row, and only if all rows are in
 * this answer, the number is new and the log has the version that the verifier claims to have applied.
 */
const RENEW = `
  WITH "service" AS (SELECT "id" FROM "ServiceCredential" WHERE "hash" = $1 AND "revokedAt" IS NULL),
  "state" AS (SELECT * FROM "RevocationState" WHERE "id" = 1),
  "member" AS (
    SELECT "id", "leaseMs" FROM "Node" WHERE "id" = $2 AND "kind" = 'verifier' AND "credentialId" = (SELECT "id" FROM "service")
    AND $4 <= (SELECT "version" FROM "state")
  ),
  "page" AS (
    SELECT "id", "version", "revokedUntil" FROM "BlacklistedToken"
    WHERE EXISTS (SELECT 1 FROM "service") AND "version" >= $5 AND ("version" > $5 OR "id" > $6)
    ORDER BY "version", "id" LIMIT ${PAGE_ROWS + 1}
  ),
  "end" AS (SELECT "version", "id" FROM "page" ORDER BY "version", "id" OFFSET ${PAGE_ROWS - 1} LIMIT 1),
  "isWhole" AS (SELECT count(*) <= ${PAGE_ROWS} AS "isWhole" FROM "page"),
  "renewed" AS (
    UPDATE "Node" SET "renewals" = $3, "acknowledged" = GREATEST("acknowledged", $4), "seenAt" = timezone('UTC', clock_timestamp())
    WHERE "id" = (SELECT "id" FROM "member") AND "kind" = 'verifier' AND "renewals" < $3 AND (SELECT "isWhole" FROM "isWhole")
    RETURNING "id"
  )
  SELECT "version", "generation", "sessionsSince", "clusterId", pg_is_in_recovery() AS "isStandby",
    (extract(epoch FROM "prunedBefore") * 1000)::float8 AS "prunedBefore",
    floor(extract(epoch FROM clock_timestamp()) * 1000)::float8 AS "databaseNow",
    (SELECT "id" FROM "service") AS "credentialId",
    (SELECT "leaseMs" FROM "member") AS "recordedMs",
    EXISTS (SELECT 1 FROM "renewed") AS "isRenewed",
    (SELECT "isWhole" FROM "isWhole") AS "isWhole",
    (SELECT json_agg(json_build_array("id", extract(epoch FROM "revokedUntil") * 1000))
      FROM (SELECT * FROM "page" ORDER BY "version", "id" LIMIT ${PAGE_ROWS}) AS "shown") AS "rows",
    (SELECT json_build_array("version", "id") FROM "end") AS "end",
    (SELECT json_agg("publicJwk" ORDER BY "activeAt" DESC, "kid") FROM "SigningKey") AS "keys"
  FROM "state"`;

export class PostgresqlRenewals implements RenewalStatements {
  readonly #queue: Queue = createQueue(AT_ONCE, MOST_WAITING, () => LatchkeyError.unavailable(new Error('too many renewals wait')));

  constructor(private readonly statements: ShortStatements) {}

  async renew(renewal: Renewal): Promise<RenewalReading | null> {
    const { credentialHash, member, applied } = renewal;
    const start = startOf(renewal);
    const values = [credentialHash, member?.id ?? '', member?.renewal ?? 0, applied, start.version, start.id];
    try {
      const [row] = await this.#queue.run(() => this.statements.run(RENEW, values));
      if (row === undefined) throw new Error('The row of the blacklist state is missing');
      return row.credentialId === null ? null : readingOf(row);
    } catch (error) {
      if (isReadOnly(error)) return standbyReading(applied);
      throw error instanceof LatchkeyError ? error : LatchkeyError.unavailable(error);
    }
  }
}

function readingOf(row: Row): RenewalReading {
  const isWhole = row.isWhole === true;
  return {
    credentialId: String(row.credentialId),
    clusterId: String(row.clusterId),
    isStandby: row.isStandby === true,
    recordedMs: row.recordedMs === null ? null : Number(row.recordedMs),
    isRenewed: row.isRenewed === true,
    databaseNow: Number(row.databaseNow),
    version: Number(row.version),
    generation: Number(row.generation),
    sessionsSince: Number(row.sessionsSince),
    prunedBefore: new Date(Number(row.prunedBefore)),
    rows: (row.rows ?? []) as readonly (readonly [string, number])[],
    end: isWhole ? null : placeOf(row.end as readonly [number, string]),
    keys: (row.keys ?? []) as readonly string[],
  };
}

function placeOf([version, id]: readonly [number, string]): LogPlace {
  return { version: Number(version), id };
}
