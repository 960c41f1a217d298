/** The SQL of the lease protocol; each statement commits by itself. */
import { isReadOnly, type Row, type ShortStatements } from '../../database/side-connections.js';
import type { BlacklistRow } from '../blacklist.js';
import type { LogDelta } from '../memory/replica.js';
import type { Member, RefreshReply } from './lease-events.js';

/** A member as the operator sees it. */
export interface ListedNode extends Member {
  readonly kind: 'node' | 'verifier';
  readonly startedAt: Date;
  /** When the member last renewed, by the clock of the database. */
  readonly seenAt: Date;
}

export const CHANNEL = 'latchkey_revocation';

const NOW = `timezone('UTC', clock_timestamp())`;

/** One statement reads one snapshot, taken after the statement was sent: it shows every commit acknowledged before. */
const REFRESH = `
  WITH "renewed" AS (
    UPDATE "Node" SET "renewals" = $2, "leaseMs" = $3, "acknowledged" = GREATEST("acknowledged", $4), "seenAt" = ${NOW}
    WHERE "id" = $1 AND "renewals" < $2 RETURNING "id"
  )
  SELECT "version", "generation", "sessionsSince", "clusterId", pg_is_in_recovery() AS "isStandby", EXISTS (SELECT 1 FROM "renewed") AS "isMember",
    (extract(epoch FROM "prunedBefore") * 1000)::float8 AS "prunedBefore",
    floor(extract(epoch FROM clock_timestamp()) * 1000)::float8 AS "databaseNow",
    (SELECT json_agg(json_build_array("id", extract(epoch FROM "revokedUntil") * 1000)) FROM "BlacklistedToken" WHERE "version" > $4) AS "rows"
  FROM "RevocationState" WHERE "id" = 1`;

/** The rows of one version, in the form of a refresh. */
const READ_ROWS = `
  SELECT json_agg(json_build_array("id", extract(epoch FROM "revokedUntil") * 1000)) AS "rows"
  FROM "BlacklistedToken" WHERE "version" = $1`;

const NOTIFY = `SELECT set_config('synchronous_commit', 'off', true), pg_notify('${CHANNEL}', $1)`;

export class LeaseStatements {
  constructor(private readonly statements: ShortStatements) {}

  async register(memberId: string, leaseMs: number, clusterId: string): Promise<void> {
    await this.statements.run('UPDATE "RevocationState" SET "clusterId" = $1 WHERE "clusterId" IS NULL', [clusterId]);
    await this.statements.run(
      `INSERT INTO "Node" ("id", "renewals", "leaseMs", "acknowledged", "startedAt", "seenAt")
       VALUES ($1, 0, $2, 0, ${NOW}, ${NOW}) ON CONFLICT DO NOTHING`,
      [memberId, Math.ceil(leaseMs)],
    );
  }

  async refresh(memberId: string, refresh: number, leaseMs: number, since: number): Promise<RefreshReply<LogDelta>> {
    try {
      const [row] = await this.statements.run(REFRESH, [memberId, refresh, Math.ceil(leaseMs), since]);
      if (row === undefined) throw new Error('The row of the blacklist state is missing');
      return replyOf(row, since);
    } catch (error) {
      if (!isReadOnly(error)) throw error;
      // A standby rejects the whole statement because it contains an UPDATE.
      const state = { version: since, generation: 0, sessionsSince: 0, prunedBefore: new Date(0) };
      return {
        isStandby: true,
        clusterId: '',
        isMember: false,
        isRenewed: false,
        grantedMs: 0,
        version: since,
        delta: { since, state, rows: [] },
        databaseNow: 0,
      };
    }
  }

  async readMembers(): Promise<ListedNode[]> {
    const rows = await this.statements.run(
      `SELECT "id", "kind", "renewals", "leaseMs", "acknowledged", (extract(epoch FROM "startedAt") * 1000)::float8 AS "startedAt",
         (extract(epoch FROM "seenAt") * 1000)::float8 AS "seenAt" FROM "Node" ORDER BY "startedAt", "id"`,
      [],
    );
    return rows.map((row) => ({
      memberId: String(row.id),
      kind: row.kind === 'verifier' ? 'verifier' : 'node',
      renewals: Number(row.renewals),
      leaseMs: Number(row.leaseMs),
      acknowledged: Number(row.acknowledged),
      startedAt: new Date(Number(row.startedAt)),
      seenAt: new Date(Number(row.seenAt)),
    }));
  }

  /** Reads the rows of one version as a refresh reads those that it applies. */
  async readRows(version: number): Promise<BlacklistRow[]> {
    const [row] = await this.statements.run(READ_ROWS, [version]);
    return rowsOf(row?.rows);
  }

  async leave(memberId: string): Promise<void> {
    await this.statements.run('DELETE FROM "Node" WHERE "id" = $1', [memberId]);
  }

  /** Does not delete a member that has renewed since (R23). @returns whether the row was there and is deleted */
  async removeMember(memberId: string, renewals: number): Promise<boolean> {
    const sql = 'DELETE FROM "Node" WHERE "id" = $1 AND "renewals" = $2 RETURNING "id"';
    return (await this.statements.run(sql, [memberId, renewals])).length > 0;
  }

  /** Does not wait for the disk: a lost message costs time only. */
  async tell(payload: string): Promise<void> {
    await this.statements.run(NOTIFY, [payload]);
  }

  async close(): Promise<void> {
    await this.statements.close();
  }
}

function replyOf(row: Row, since: number): RefreshReply<LogDelta> {
  const version = Number(row.version);
  return {
    isStandby: row.isStandby === true,
    clusterId: String(row.clusterId),
    isMember: row.isMember === true,
    // A node sends each refresh once, so a row that is there was renewed.
    isRenewed: true,
    grantedMs: Number.POSITIVE_INFINITY,
    version,
    delta: {
      since,
      state: {
        version,
        generation: Number(row.generation),
        sessionsSince: Number(row.sessionsSince),
        prunedBefore: new Date(Number(row.prunedBefore)),
      },
      rows: rowsOf(row.rows),
    },
    databaseNow: Number(row.databaseNow),
  };
}

function rowsOf(pairs: unknown): BlacklistRow[] {
  const rows = (pairs ?? []) as readonly (readonly [string, number])[];
  return rows.map(([id, until]) => ({ id, revokedUntil: new Date(until) }));
}
