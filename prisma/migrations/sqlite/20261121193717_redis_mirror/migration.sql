-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_RevocationState" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "version" INTEGER NOT NULL,
    "generation" INTEGER NOT NULL,
    "prunedBefore" DATETIME NOT NULL,
    "clusterId" TEXT,
    "mirrorId" TEXT,
    "mirrorRunId" TEXT,
    "waitsForMirror" BOOLEAN NOT NULL DEFAULT false
);
INSERT INTO "new_RevocationState" ("clusterId", "generation", "id", "prunedBefore", "version") SELECT "clusterId", "generation", "id", "prunedBefore", "version" FROM "RevocationState";
DROP TABLE "RevocationState";
ALTER TABLE "new_RevocationState" RENAME TO "RevocationState";
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;
