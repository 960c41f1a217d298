-- AlterTable
ALTER TABLE "RevocationState" ADD COLUMN "sessionsSince" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "RevocationState" ADD COLUMN "allEndedAt" DATETIME;

-- AlterTable
ALTER TABLE "Session" ADD COLUMN "generation" INTEGER NOT NULL DEFAULT 0;

-- CreateIndex
CREATE INDEX "Session_endedAt_generation_idx" ON "Session"("endedAt", "generation");

-- Without this index SQLite would look for the sessions of one user in the index above, which has those of all users.
CREATE INDEX "Session_userId_endedAt_generation_idx" ON "Session"("userId", "endedAt", "generation");
