-- DropIndex
DROP INDEX "Session_userId_endedAt_lastUsedAt_idx";

-- CreateIndex
CREATE INDEX "Session_userId_endedAt_idleExpiresAt_idx" ON "Session"("userId", "endedAt", "idleExpiresAt");
