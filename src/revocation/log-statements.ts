/** The hot statements on the log: a revocation writes it, and a repeated one reads it. */
import type { BlacklistedToken, RevocationState as StateRow } from '../database/generated/client.js';
import {
  type Columns,
  type Dialect,
  type Insert,
  insertInto,
  namesOf,
  type Sql,
  type Statement,
  sql,
  statement,
} from '../database/statement.js';

export const STATE: Columns<StateRow> = {
  id: 'integer',
  version: 'bigint',
  generation: 'integer',
  sessionsSince: 'integer',
  allEndedAt: 'instant',
  prunedBefore: 'instant',
  clusterId: 'text',
  mirrorId: 'text',
  mirrorRunId: 'text',
  waitsForMirror: 'flag',
};

const BLACKLISTED: Columns<BlacklistedToken> = {
  id: 'text',
  kind: 'text',
  userId: 'text',
  reason: 'text',
  revokedAt: 'instant',
  revokedUntil: 'instant',
  version: 'bigint',
};

/** Takes the next version. From here to the commit, every other revocation waits. @param condition one more, under which it does so */
export function nextVersion(condition: Sql = sql`TRUE`): Statement<StateRow> {
  return statement(
    STATE,
    sql`UPDATE "RevocationState" SET "version" = "version" + 1 WHERE "id" = 1 AND ${condition} RETURNING ${namesOf(STATE)}`,
  );
}

export function insertBlacklisted(rows: readonly BlacklistedToken[]): Insert {
  return insertInto('BlacklistedToken', BLACKLISTED, rows);
}

export type StateWithRows = StateRow & {
  /** JSON: pairs of an id and the text of `revokedUntil`. Null if there are none. */
  readonly rows: string | null;
};

/** The state, and the rows after a version, as they are at one instant. */
export function readLog(since: number, dialect: Dialect): Statement<StateWithRows> {
  const pairs =
    dialect === 'postgresql'
      ? sql`CAST(json_agg(json_build_array("id", CAST("revokedUntil" AS TEXT))) AS TEXT)`
      : sql`json_group_array(json_array("id", "revokedUntil"))`;
  return statement<StateWithRows>(
    { ...STATE, rows: 'text' },
    sql`SELECT ${namesOf(STATE)}, (SELECT ${pairs} FROM "BlacklistedToken" WHERE "version" > ${since}) AS "rows"
      FROM "RevocationState" WHERE "id" = 1`,
  );
}
