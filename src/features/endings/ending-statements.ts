/** The hot statements of a logout. */
import type { Session as SessionRow, RevocationState as StateRow } from '../../database/generated/client.js';
import { type Columns, join, namesOf, raw, type Sql, type Statement, sql, statement } from '../../database/statement.js';
import { KEEP_AFTER_EXPIRY_MS } from '../../revocation/blacklist.js';
import { nextVersion, STATE } from '../../revocation/log-statements.js';
import type { RecordedEvent } from '../audit/audit.js';

/** What a logout must know of a session that it has ended. */
export type EndedRow = Pick<SessionRow, 'id' | 'userId' | 'accessTokensExpireAt' | 'idleExpiresAt'>;

const ENDED: Columns<EndedRow> = { id: 'text', userId: 'text', accessTokensExpireAt: 'instant', idleExpiresAt: 'instant' };

/** The sessions to end, at one instant and for one reason; each has the event that records its end. */
export interface NamedSessions {
  readonly events: readonly (RecordedEvent & { readonly sessionId: string })[];
  readonly endedAt: Date;
  readonly reason: string;
}

/** Ends those that have not ended yet. */
export function endSessions({ events, endedAt, reason }: NamedSessions): Statement<EndedRow> {
  return statement(
    ENDED,
    sql`UPDATE "Session" SET "endedAt" = ${endedAt}, "endedReason" = ${reason}
      WHERE "id" IN (${join(events.map(({ sessionId }) => sessionId))}) AND "endedAt" IS NULL
        AND "generation" >= (SELECT "sessionsSince" FROM "RevocationState" WHERE "id" = 1)
      RETURNING ${namesOf(ENDED)}`,
  );
}

/** One row for each session that has ended, each with the state after it. */
export type EndedAtOnce = EndedRow & Omit<StateRow, 'id'> & { readonly kept: number };

const { id: _, ...STATE_WITHOUT_ID } = STATE;

const ENDED_AT_ONCE: Columns<EndedAtOnce> = { ...ENDED, ...STATE_WITHOUT_ID, kept: 'integer' };

/**
 * The whole logout as one statement of PostgreSQL: it ends the sessions, takes the next version, and writes the blacklist rows and the audit
 * events. The state is updated only for sessions that have ended: a repeated logout does not raise the version. It counts them all, so that the
 * state is locked after them, as in every other revocation. After the first one, every other logout would wait until the last one is free.
 */
export function endSessionsAtOnce(named: NamedSessions): Statement<EndedAtOnce> {
  const { events, endedAt, reason } = named;
  const told = events.map(
    ({ id, sessionId, actor, ipAddress, userAgent }) => sql`(${texts([id, sessionId, actor, ipAddress, userAgent])})`,
  );
  const keptFor = sql`CAST(${KEEP_AFTER_EXPIRY_MS / 1000} AS INTEGER) * INTERVAL '1 second'`;
  return statement(
    ENDED_AT_ONCE,
    sql`WITH "ended" AS (${endSessions(named).sql}),
      "state" AS (${nextVersion(sql`(SELECT COUNT(*) FROM "ended") > 0`).sql}),
      "listed" AS (
        INSERT INTO "BlacklistedToken" ("id", "kind", "userId", "reason", "revokedAt", "revokedUntil", "version")
        SELECT "ended"."id", 'sid', "ended"."userId", ${text(reason)}, ${instant(endedAt)}, "ended"."accessTokensExpireAt" + ${keptFor}, "state"."version"
        FROM "ended" CROSS JOIN "state" RETURNING "id"
      ),
      "named" ("event", "sessionId", "actor", "ipAddress", "userAgent") AS (VALUES ${join(told)}),
      "told" AS (
        INSERT INTO "AuditEvent" ("id", "at", "kind", "userId", "sessionId", "actor", "reason", "ipAddress", "userAgent")
        SELECT "named"."event", ${instant(endedAt)}, 'session.ended', "ended"."userId", "ended"."id", "named"."actor", ${text(reason)},
          "named"."ipAddress", "named"."userAgent"
        FROM "ended" JOIN "named" ON "named"."sessionId" = "ended"."id" RETURNING "id"
      )
      SELECT ${namesOf(ENDED, 'ended')}, ${namesOf(STATE_WITHOUT_ID, 'state')}, ${assertAllKept()} AS "kept"
      FROM "ended" LEFT JOIN "state" ON TRUE`,
  );
}

/**
 * Fails the statement if the database has swallowed a row, as a trigger of somebody else can: then nothing is committed. The text is made of
 * a count, because PostgreSQL would cast a constant before it knows whether it has to.
 */
function assertAllKept(): Sql {
  const count = (name: string) => sql`(SELECT COUNT(*) FROM ${raw(`"${name}"`)})`;
  const areKept = sql`${count('state')} = 1 AND ${count('listed')} = ${count('ended')} AND ${count('told')} = ${count('ended')}`;
  return sql`CASE WHEN ${areKept} THEN 1 ELSE CAST('kept only ' || ${count('listed')} AS INTEGER) END`;
}

/** The sessions whose end these events record. Only the transaction that ended them can have written the events. */
export function findEndedBy(events: readonly string[]): Statement<EndedRow> {
  return statement(
    ENDED,
    sql`SELECT ${namesOf(ENDED)} FROM "Session" WHERE "id" IN (SELECT "sessionId" FROM "AuditEvent" WHERE "id" IN (${join([...events])}))`,
  );
}

/** Outside of the values of an insert, PostgreSQL does not know what a value is. */
function text(value: string | null): Sql {
  return sql`CAST(${value} AS TEXT)`;
}

function texts(values: readonly (string | null)[]): Sql {
  return join(values.map(text));
}

function instant(value: Date): Sql {
  return sql`CAST(${value} AS TIMESTAMP(3))`;
}
