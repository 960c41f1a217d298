-- AlterTable
ALTER TABLE "Node" ADD COLUMN     "credentialId" TEXT COLLATE "C",
ADD COLUMN     "kind" TEXT COLLATE "C" NOT NULL DEFAULT 'node';

-- CreateTable
CREATE TABLE "ServiceCredential" (
    "id" TEXT COLLATE "C" NOT NULL,
    "name" TEXT COLLATE "C" NOT NULL,
    "audience" TEXT COLLATE "C" NOT NULL,
    "hash" TEXT COLLATE "C" NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "revokedAt" TIMESTAMP(3),

    CONSTRAINT "ServiceCredential_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "ServiceCredential_hash_key" ON "ServiceCredential"("hash");

-- CreateIndex
CREATE INDEX "ServiceCredential_createdAt_id_idx" ON "ServiceCredential"("createdAt", "id");
