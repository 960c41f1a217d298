-- AlterTable
ALTER TABLE "RevocationState" ADD COLUMN "clusterId" TEXT;

-- CreateTable
CREATE TABLE "Node" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "renewals" INTEGER NOT NULL,
    "leaseMs" INTEGER NOT NULL,
    "acknowledged" INTEGER NOT NULL,
    "startedAt" DATETIME NOT NULL,
    "seenAt" DATETIME NOT NULL
);
