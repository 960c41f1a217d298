-- AlterTable
ALTER TABLE "RevocationState" ADD COLUMN     "allEndedAt" TIMESTAMP(3),
ADD COLUMN     "sessionsSince" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "Session" ADD COLUMN     "generation" INTEGER NOT NULL DEFAULT 0;

-- CreateIndex
CREATE INDEX "Session_endedAt_generation_idx" ON "Session"("endedAt", "generation");
