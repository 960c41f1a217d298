-- AlterTable
ALTER TABLE "RevocationState" ADD COLUMN     "allEndedAt" TIMESTAMP(3),
ADD COLUMN     "sessionsSince" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "Session" ADD COLUMN     "generation" INTEGER NOT NULL DEFAULT 0;

-- CreateIndex
CREATE INDEX "Session_endedAt_generation_idx" ON "Session"("endedAt", "generation");

-- SQLite needs this index for the sessions of one user, and the model is the same for both.
CREATE INDEX "Session_userId_endedAt_generation_idx" ON "Session"("userId", "endedAt", "generation");
