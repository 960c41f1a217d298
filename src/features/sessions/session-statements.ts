/** The hot statements on sessions: login and refresh. */
import type { SigningAlgorithm } from '../../config/config.js';
import type { Session as SessionRow } from '../../database/generated/client.js';
import { type Columns, type Insert, insertInto, namesOf, type Statement, sql, statement } from '../../database/statement.js';
import { ISSUANCE, type Issuance, issuance } from '../tokens/token-statements.js';
import { rolesOf } from '../users/user-statements.js';

const SESSION: Columns<SessionRow> = {
  id: 'text',
  userId: 'text',
  deviceName: 'text',
  userAgent: 'text',
  ipAddress: 'text',
  createdAt: 'instant',
  authenticatedAt: 'instant',
  lastUsedAt: 'instant',
  idleExpiresAt: 'instant',
  expiresAt: 'instant',
  refreshFamilyHash: 'text',
  refreshTokenHash: 'text',
  previousRefreshTokenHash: 'text',
  rotatedAt: 'instant',
  sealedSuccessor: 'text',
  accessTokensExpireAt: 'instant',
  generation: 'integer',
  endedAt: 'instant',
  endedReason: 'text',
};

/** What belongs to a session when its refresh token is shown. */
interface Belongings {
  readonly credentialVersion: number;
  readonly roles: string | null;
  readonly sessionsSince: number;
  readonly allEndedAt: Date | null;
}

export type FoundSession = SessionRow & Belongings;

const FOUND: Columns<FoundSession> = {
  ...SESSION,
  credentialVersion: 'integer',
  roles: 'text',
  sessionsSince: 'integer',
  allEndedAt: 'instant',
};

/** The session of a family of refresh tokens, with its user and the state, as they are at one instant. */
export function findSessionOfFamily(refreshFamilyHash: string): Statement<FoundSession> {
  return statement(
    FOUND,
    sql`SELECT ${namesOf(SESSION, 'session')}, "owner"."credentialVersion", ${rolesOf(sql`"owner"."id"`)}, "state"."sessionsSince", "state"."allEndedAt"
      FROM "Session" AS "session" JOIN "User" AS "owner" ON "owner"."id" = "session"."userId" JOIN "RevocationState" AS "state" ON "state"."id" = 1
      WHERE "session"."refreshFamilyHash" = ${refreshFamilyHash}`,
  );
}

/** The user whose credentials were checked before the transaction. */
export interface FencedUser {
  readonly id: string;
  readonly credentialVersion: number;
}

/**
 * Locks the user, and reads what tokens are issued under (R11, R18). It writes on purpose: on every database, a write waits for another
 * transaction that changes the user.
 *
 * @param lastLoginAt the instant of the login; null for a refresh
 * @returns no row if the credentials have changed, or the user is disabled or deleted
 */
export function fenceIssuing(user: FencedUser, lastLoginAt: Date | null, algorithm: SigningAlgorithm): Statement<Issuance> {
  const set = lastLoginAt === null ? sql`"lastLoginAt" = "lastLoginAt"` : sql`"lastLoginAt" = ${lastLoginAt}`;
  return statement(
    ISSUANCE,
    sql`UPDATE "User" SET ${set} WHERE "id" = ${user.id} AND "credentialVersion" = ${user.credentialVersion} AND "disabledAt" IS NULL
      RETURNING ${issuance(algorithm)}`,
  );
}

/** What a user's sessions tell of a new one. */
export interface EarlierSessions {
  /** Whether one of them has the same User-Agent. */
  readonly isKnownDevice: boolean;
  /** How many have not ended, up to one more than was asked for. */
  readonly live: number;
}

export function readEarlierSessions(
  userId: string,
  userAgent: string | null,
  { sessionsSince }: Issuance,
  most: number,
): Statement<EarlierSessions> {
  const isSame = userAgent === null ? sql`"userAgent" IS NULL` : sql`"userAgent" = ${userAgent}`;
  return statement<EarlierSessions>(
    { isKnownDevice: 'flag', live: 'integer' },
    sql`SELECT EXISTS (SELECT 1 FROM "Session" WHERE "userId" = ${userId} AND ${isSame}) AS "isKnownDevice", (
        SELECT COUNT(*) FROM (
          SELECT 1 FROM "Session" WHERE "userId" = ${userId} AND "endedAt" IS NULL AND "generation" >= ${sessionsSince} LIMIT ${most + 1}
        ) AS "counted"
      ) AS "live"`,
  );
}

/** The devices of a user's newest sessions. */
export function readDevices(userId: string, most: number): Statement<Pick<SessionRow, 'userAgent'>> {
  const text = sql`SELECT "userAgent" FROM "Session" WHERE "userId" = ${userId} ORDER BY "createdAt" DESC LIMIT ${most}`;
  return statement<Pick<SessionRow, 'userAgent'>>({ userAgent: 'text' }, text);
}

export function insertSession(row: SessionRow): Insert {
  return insertInto('Session', SESSION, [row]);
}

/** The columns that a rotation of the refresh token changes. */
export type Rotation = Pick<
  SessionRow,
  | 'lastUsedAt'
  | 'idleExpiresAt'
  | 'refreshTokenHash'
  | 'previousRefreshTokenHash'
  | 'rotatedAt'
  | 'sealedSuccessor'
  | 'accessTokensExpireAt'
>;

/** Rotates in one compare-and-set (R9). @returns no row if the refresh token is not the current one, or the session is not live */
export function rotateSession(
  { id, refreshTokenHash }: Pick<SessionRow, 'id' | 'refreshTokenHash'>,
  rotation: Rotation,
  { sessionsSince }: Issuance,
  now: Date,
): Statement<SessionRow> {
  return statement(
    SESSION,
    sql`UPDATE "Session" SET "lastUsedAt" = ${rotation.lastUsedAt}, "idleExpiresAt" = ${rotation.idleExpiresAt},
        "refreshTokenHash" = ${rotation.refreshTokenHash}, "previousRefreshTokenHash" = ${rotation.previousRefreshTokenHash},
        "rotatedAt" = ${rotation.rotatedAt}, "sealedSuccessor" = ${rotation.sealedSuccessor},
        "accessTokensExpireAt" = ${rotation.accessTokensExpireAt}
      WHERE "id" = ${id} AND "refreshTokenHash" = ${refreshTokenHash} AND "endedAt" IS NULL AND "generation" >= ${sessionsSince}
        AND "idleExpiresAt" > ${now}
      RETURNING ${namesOf(SESSION)}`,
  );
}
