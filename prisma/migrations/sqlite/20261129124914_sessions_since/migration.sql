-- AlterTable
ALTER TABLE "RevocationState" ADD COLUMN "sessionsSince" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "RevocationState" ADD COLUMN "allEndedAt" DATETIME;

-- AlterTable
ALTER TABLE "Session" ADD COLUMN "generation" INTEGER NOT NULL DEFAULT 0;

-- CreateIndex
CREATE INDEX "Session_endedAt_generation_idx" ON "Session"("endedAt", "generation");
