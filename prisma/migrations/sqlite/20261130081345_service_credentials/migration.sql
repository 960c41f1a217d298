-- AlterTable
ALTER TABLE "Node" ADD COLUMN "kind" TEXT NOT NULL DEFAULT 'node';
ALTER TABLE "Node" ADD COLUMN "credentialId" TEXT;

-- CreateTable
CREATE TABLE "ServiceCredential" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "audience" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL,
    "revokedAt" DATETIME
);

-- CreateIndex
CREATE UNIQUE INDEX "ServiceCredential_hash_key" ON "ServiceCredential"("hash");

-- CreateIndex
CREATE INDEX "ServiceCredential_createdAt_id_idx" ON "ServiceCredential"("createdAt", "id");
