/** The hot statements of a renewal on SQLite. PostgreSQL has one statement of its own, on connections of its own. */
import { type Columns, type Statement, sql, statement } from '../../database/statement.js';
import { PAGE_ROWS, type Renewal, startOf } from './renewal.js';

interface ReadRow {
  readonly version: bigint;
  readonly generation: number;
  readonly sessionsSince: number;
  readonly prunedBefore: Date;
  readonly clusterId: string;
  readonly credentialId: string | null;
  readonly recordedMs: number | null;
  /** JSON: id, text of `revokedUntil` and version of each row of the page, and of one more. */
  readonly rows: string;
  /** JSON: the public keys, each as JSON. */
  readonly keys: string;
}

const READ: Columns<ReadRow> = {
  version: 'bigint',
  generation: 'integer',
  sessionsSince: 'integer',
  prunedBefore: 'instant',
  clusterId: 'text',
  credentialId: 'text',
  recordedMs: 'integer',
  rows: 'text',
  keys: 'text',
};

/** One statement reads one state of the file. */
export function readForRenewal(renewal: Renewal): Statement<ReadRow> {
  const { credentialHash, member, applied } = renewal;
  const start = startOf(renewal);
  return statement<ReadRow>(
    READ,
    sql`WITH "service" AS (SELECT "id" FROM "ServiceCredential" WHERE "hash" = ${credentialHash} AND "revokedAt" IS NULL)
      SELECT "version", "generation", "sessionsSince", "prunedBefore", "clusterId", (SELECT "id" FROM "service") AS "credentialId",
        (SELECT "leaseMs" FROM "Node" WHERE "id" = ${member?.id ?? ''} AND "kind" = 'verifier'
          AND "credentialId" = (SELECT "id" FROM "service") AND ${applied} <= "RevocationState"."version") AS "recordedMs",
        (SELECT json_group_array(json_array("id", "revokedUntil", "version")) FROM (
          SELECT "id", "revokedUntil", "version" FROM "BlacklistedToken"
          WHERE EXISTS (SELECT 1 FROM "service") AND "version" >= ${start.version} AND ("version" > ${start.version} OR "id" > ${start.id})
          ORDER BY "version", "id" LIMIT ${PAGE_ROWS + 1})) AS "rows",
        (SELECT json_group_array("publicJwk") FROM (SELECT "publicJwk" FROM "SigningKey" ORDER BY "activeAt" DESC, "kid")) AS "keys"
      FROM "RevocationState" WHERE "id" = 1`,
  );
}

/**
 * Does not wait for the disk: what a power failure may undo is a number of renewals and an acknowledgement, and a lower one of either costs
 * time only. The row with its T was written by the registration, which waits for the disk.
 */
export function renewRow({ id, renewal }: NonNullable<Renewal['member']>, applied: number, seenAt: Date): Statement<{ renewed: number }> {
  return statement<{ renewed: number }>(
    { renewed: 'integer' },
    sql`UPDATE "Node" SET "renewals" = ${renewal}, "acknowledged" = MAX("acknowledged", ${applied}), "seenAt" = ${seenAt}
      WHERE "id" = ${id} AND "kind" = 'verifier' AND "renewals" < ${renewal} RETURNING 1 AS "renewed"`,
  );
}
