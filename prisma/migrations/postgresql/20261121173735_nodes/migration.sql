-- AlterTable
ALTER TABLE "RevocationState" ADD COLUMN     "clusterId" TEXT COLLATE "C";

-- CreateTable
CREATE TABLE "Node" (
    "id" TEXT COLLATE "C" NOT NULL,
    "renewals" INTEGER NOT NULL,
    "leaseMs" INTEGER NOT NULL,
    "acknowledged" INTEGER NOT NULL,
    "startedAt" TIMESTAMP(3) NOT NULL,
    "seenAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Node_pkey" PRIMARY KEY ("id")
);
