/** The SQL that makes the tables. The first three are those of the server (`prisma/schema.prisma`); a test compares their columns. */
import type { Dialect } from '../database/statement.js';

/** One list of statements for each version of the tables. Add a list for a change; never change one that was released. */
const POSTGRESQL: readonly (readonly string[])[] = [
  [
    `CREATE TABLE "BlacklistSetup" ("id" INTEGER PRIMARY KEY, "version" INTEGER NOT NULL, "secret" TEXT COLLATE "C" NOT NULL)`,
    `CREATE TABLE "BlacklistedToken" (
      "id" TEXT COLLATE "C" PRIMARY KEY,
      "kind" TEXT COLLATE "C" NOT NULL,
      "userId" TEXT COLLATE "C",
      "reason" TEXT COLLATE "C" NOT NULL,
      "revokedAt" TIMESTAMP(3) NOT NULL,
      "revokedUntil" TIMESTAMP(3) NOT NULL,
      "version" BIGINT NOT NULL
    )`,
    `CREATE INDEX "BlacklistedToken_version_idx" ON "BlacklistedToken"("version")`,
    `CREATE INDEX "BlacklistedToken_revokedUntil_idx" ON "BlacklistedToken"("revokedUntil")`,
    `CREATE TABLE "RevocationState" (
      "id" INTEGER PRIMARY KEY,
      "version" BIGINT NOT NULL,
      "generation" INTEGER NOT NULL,
      "sessionsSince" INTEGER NOT NULL DEFAULT 0,
      "allEndedAt" TIMESTAMP(3),
      "prunedBefore" TIMESTAMP(3) NOT NULL,
      "clusterId" TEXT COLLATE "C",
      "mirrorId" TEXT COLLATE "C",
      "mirrorRunId" TEXT COLLATE "C",
      "waitsForMirror" BOOLEAN NOT NULL DEFAULT false
    )`,
    `CREATE TABLE "Node" (
      "id" TEXT COLLATE "C" PRIMARY KEY,
      "kind" TEXT COLLATE "C" NOT NULL DEFAULT 'node',
      "credentialId" TEXT COLLATE "C",
      "renewals" INTEGER NOT NULL,
      "leaseMs" INTEGER NOT NULL,
      "acknowledged" BIGINT NOT NULL,
      "startedAt" TIMESTAMP(3) NOT NULL,
      "seenAt" TIMESTAMP(3) NOT NULL
    )`,
    `CREATE TABLE "UserCounter" ("id" TEXT COLLATE "C" PRIMARY KEY, "counter" INTEGER NOT NULL)`,
  ],
];

/** Prisma stores instants of SQLite as text, in columns of this type. */
const forSqlite = (sql: string) => sql.replaceAll(' COLLATE "C"', '').replaceAll('TIMESTAMP(3)', 'DATETIME');

export function stepsFor(dialect: Dialect): readonly (readonly string[])[] {
  return dialect === 'postgresql' ? POSTGRESQL : POSTGRESQL.map((step) => step.map(forSqlite));
}
