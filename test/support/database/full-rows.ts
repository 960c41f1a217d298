/** Rows of the model: one with a value in every column, and one with none in the columns that may have none. */
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { Database } from '../../../src/database/database.js';
import type { AccessToken, AuditEvent, BlacklistedToken, OutgoingMail, Session, User } from '../../../src/database/generated/client.js';
import { copyTemplate } from '../app/launch-app.js';
import { makeFolder } from '../app/start-app.js';
import { borrowDatabase, onPostgresql } from '../postgresql/postgresql.js';

/** A migrated database without rows, which the test alone uses. */
export async function openEmpty(): Promise<Database> {
  const database = await Database.open(onPostgresql ? await borrowDatabase() : copyOfTemplate());
  onTestFinished(() => database.close());
  return database;
}

function copyOfTemplate(): string {
  const folder = makeFolder();
  copyTemplate(folder);
  return `file:${join(folder, 'latchkey.db')}`;
}

/** No stored text contains NUL: PostgreSQL can't store it, and the driver of SQLite cuts it off. */
export const ODD_TEXT = `it's "quoted", 100 % \\ $1 ? 🗝️ é\nend`;

/** To the millisecond; the fraction of the second may be missing, and an instant may lie before 1970. */
export const [NOON, LATER, LATEST, LONG_AGO] = [
  new Date('2031-02-03T12:00:00.000Z'),
  new Date('2031-02-03T12:00:00.001Z'),
  new Date('2031-02-04T23:59:59.989Z'),
  new Date('1969-12-31T23:59:59.999Z'),
];

/** More than a number can hold exactly. */
export const BIG = 2n ** 53n + 1n;

export const fullUser = (id: string): User => ({
  id,
  email: `${id}@example.com`,
  emailKey: `${id}-key`,
  name: ODD_TEXT,
  searchKey: ODD_TEXT,
  emailVerifiedAt: LONG_AGO,
  passwordHash: '$argon2id$v=19',
  deadPasswordHash: ODD_TEXT,
  credentialVersion: 2_147_483_647,
  createdAt: NOON,
  lastLoginAt: LATER,
  disabledAt: LATEST,
  disabledReason: ODD_TEXT,
});

export const bareUser = (id: string): User => ({
  ...fullUser(id),
  name: null,
  emailVerifiedAt: null,
  deadPasswordHash: null,
  lastLoginAt: null,
  disabledAt: null,
  disabledReason: null,
});

export const fullSession = (id: string, userId: string): Session => ({
  id,
  userId,
  deviceName: ODD_TEXT,
  userAgent: ODD_TEXT,
  ipAddress: '2001:db8::1',
  createdAt: NOON,
  authenticatedAt: LATER,
  lastUsedAt: LONG_AGO,
  idleExpiresAt: LATEST,
  expiresAt: LATEST,
  refreshFamilyHash: `family of ${id}`,
  refreshTokenHash: `hash of ${id}`,
  previousRefreshTokenHash: ODD_TEXT,
  rotatedAt: LATER,
  sealedSuccessor: ODD_TEXT,
  accessTokensExpireAt: LATER,
  generation: 7,
  endedAt: LATEST,
  endedReason: 'LOGOUT',
});

export const bareSession = (id: string, userId: string): Session => ({
  ...fullSession(id, userId),
  deviceName: null,
  userAgent: null,
  ipAddress: null,
  previousRefreshTokenHash: null,
  rotatedAt: null,
  sealedSuccessor: null,
  endedAt: null,
  endedReason: null,
});

export const accessToken = (jti: string, sessionId: string): AccessToken => ({ jti, sessionId, expiresAt: LATEST });

export const fullEvent = (id: string): AuditEvent => ({
  id,
  at: LATER,
  kind: 'session.ended',
  userId: 'ada',
  sessionId: 'sid',
  actor: ODD_TEXT,
  reason: ODD_TEXT,
  ipAddress: '192.0.2.1',
  userAgent: ODD_TEXT,
});

export const bareEvent = (id: string): AuditEvent => ({
  ...fullEvent(id),
  userId: null,
  sessionId: null,
  reason: null,
  ipAddress: null,
  userAgent: null,
});

export const outgoingMail = (id: string): OutgoingMail => ({
  id,
  sealed: ODD_TEXT,
  receiverKey: ODD_TEXT,
  createdAt: NOON,
  attempts: 3,
  nextAttemptAt: LATER,
  expiresAt: LATEST,
});

export const blacklisted = (id: string, version = BIG): BlacklistedToken => ({
  id,
  kind: 'sid',
  userId: ODD_TEXT,
  reason: ODD_TEXT,
  revokedAt: NOON,
  revokedUntil: LATER,
  version,
});

/** The one row of the state, with a value in every column. */
export const FULL_STATE = {
  id: 1,
  version: BIG,
  generation: 8,
  sessionsSince: 7,
  allEndedAt: LATER,
  prunedBefore: LONG_AGO,
  clusterId: ODD_TEXT,
  mirrorId: ODD_TEXT,
  mirrorRunId: ODD_TEXT,
  waitsForMirror: true,
};

export const BARE_STATE = {
  ...FULL_STATE,
  version: 0n,
  sessionsSince: 0,
  allEndedAt: null,
  clusterId: null,
  mirrorId: null,
  mirrorRunId: null,
  waitsForMirror: false,
};
