-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_BlacklistedToken" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "kind" TEXT NOT NULL,
    "userId" TEXT,
    "reason" TEXT NOT NULL,
    "revokedAt" DATETIME NOT NULL,
    "revokedUntil" DATETIME NOT NULL,
    "version" BIGINT NOT NULL
);
INSERT INTO "new_BlacklistedToken" ("id", "kind", "reason", "revokedAt", "revokedUntil", "userId", "version") SELECT "id", "kind", "reason", "revokedAt", "revokedUntil", "userId", "version" FROM "BlacklistedToken";
DROP TABLE "BlacklistedToken";
ALTER TABLE "new_BlacklistedToken" RENAME TO "BlacklistedToken";
CREATE INDEX "BlacklistedToken_version_idx" ON "BlacklistedToken"("version");
CREATE INDEX "BlacklistedToken_revokedUntil_idx" ON "BlacklistedToken"("revokedUntil");
CREATE TABLE "new_Node" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "renewals" INTEGER NOT NULL,
    "leaseMs" INTEGER NOT NULL,
    "acknowledged" BIGINT NOT NULL,
    "startedAt" DATETIME NOT NULL,
    "seenAt" DATETIME NOT NULL
);
INSERT INTO "new_Node" ("acknowledged", "id", "leaseMs", "renewals", "seenAt", "startedAt") SELECT "acknowledged", "id", "leaseMs", "renewals", "seenAt", "startedAt" FROM "Node";
DROP TABLE "Node";
ALTER TABLE "new_Node" RENAME TO "Node";
CREATE TABLE "new_RevocationState" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "version" BIGINT NOT NULL,
    "generation" INTEGER NOT NULL,
    "prunedBefore" DATETIME NOT NULL,
    "clusterId" TEXT,
    "mirrorId" TEXT,
    "mirrorRunId" TEXT,
    "waitsForMirror" BOOLEAN NOT NULL DEFAULT false
);
INSERT INTO "new_RevocationState" ("clusterId", "generation", "id", "mirrorId", "mirrorRunId", "prunedBefore", "version", "waitsForMirror") SELECT "clusterId", "generation", "id", "mirrorId", "mirrorRunId", "prunedBefore", "version", "waitsForMirror" FROM "RevocationState";
DROP TABLE "RevocationState";
ALTER TABLE "new_RevocationState" RENAME TO "RevocationState";
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;
