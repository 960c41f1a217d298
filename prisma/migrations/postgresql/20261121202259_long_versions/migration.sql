-- AlterTable
ALTER TABLE "BlacklistedToken" ALTER COLUMN "version" SET DATA TYPE BIGINT;

-- AlterTable
ALTER TABLE "Node" ALTER COLUMN "acknowledged" SET DATA TYPE BIGINT;

-- AlterTable
ALTER TABLE "RevocationState" ALTER COLUMN "version" SET DATA TYPE BIGINT;
