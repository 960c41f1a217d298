-- AlterTable
ALTER TABLE "RevocationState" ADD COLUMN     "mirrorId" TEXT COLLATE "C",
ADD COLUMN     "mirrorRunId" TEXT COLLATE "C",
ADD COLUMN     "waitsForMirror" BOOLEAN NOT NULL DEFAULT false;
