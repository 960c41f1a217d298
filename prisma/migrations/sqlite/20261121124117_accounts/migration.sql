-- AlterTable
ALTER TABLE "AuditEvent" ADD COLUMN "userAgent" TEXT;

-- CreateTable
CREATE TABLE "MailCode" (
    "hash" TEXT NOT NULL PRIMARY KEY,
    "purpose" TEXT NOT NULL,
    "userId" TEXT,
    "sealed" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL,
    "expiresAt" DATETIME NOT NULL,
    CONSTRAINT "MailCode_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "OutgoingMail" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "sealed" TEXT NOT NULL,
    "receiverKey" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "nextAttemptAt" DATETIME NOT NULL,
    "expiresAt" DATETIME NOT NULL
);

-- CreateTable
CREATE TABLE "AttemptCount" (
    "key" TEXT NOT NULL PRIMARY KEY,
    "points" INTEGER NOT NULL,
    "expire" DATETIME
);

-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_Session" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "userId" TEXT NOT NULL,
    "deviceName" TEXT,
    "userAgent" TEXT,
    "ipAddress" TEXT,
    "createdAt" DATETIME NOT NULL,
    "authenticatedAt" DATETIME NOT NULL,
    "lastUsedAt" DATETIME NOT NULL,
    "idleExpiresAt" DATETIME NOT NULL,
    "expiresAt" DATETIME NOT NULL,
    "refreshFamilyHash" TEXT NOT NULL,
    "refreshTokenHash" TEXT NOT NULL,
    "previousRefreshTokenHash" TEXT,
    "rotatedAt" DATETIME,
    "sealedSuccessor" TEXT,
    "accessTokensExpireAt" DATETIME NOT NULL,
    "endedAt" DATETIME,
    "endedReason" TEXT,
    CONSTRAINT "Session_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
INSERT INTO "new_Session" ("authenticatedAt", "accessTokensExpireAt", "createdAt", "deviceName", "endedAt", "endedReason", "expiresAt", "id", "idleExpiresAt", "ipAddress", "lastUsedAt", "previousRefreshTokenHash", "refreshFamilyHash", "refreshTokenHash", "rotatedAt", "sealedSuccessor", "userAgent", "userId") SELECT "createdAt", "accessTokensExpireAt", "createdAt", "deviceName", "endedAt", "endedReason", "expiresAt", "id", "idleExpiresAt", "ipAddress", "lastUsedAt", "previousRefreshTokenHash", "refreshFamilyHash", "refreshTokenHash", "rotatedAt", "sealedSuccessor", "userAgent", "userId" FROM "Session";
DROP TABLE "Session";
ALTER TABLE "new_Session" RENAME TO "Session";
CREATE UNIQUE INDEX "Session_refreshFamilyHash_key" ON "Session"("refreshFamilyHash");
CREATE INDEX "Session_userId_endedAt_idleExpiresAt_idx" ON "Session"("userId", "endedAt", "idleExpiresAt");
CREATE INDEX "Session_endedAt_idleExpiresAt_idx" ON "Session"("endedAt", "idleExpiresAt");
CREATE INDEX "Session_expiresAt_idx" ON "Session"("expiresAt");
CREATE INDEX "Session_accessTokensExpireAt_idx" ON "Session"("accessTokensExpireAt");
CREATE TABLE "new_SigningKey" (
    "kid" TEXT NOT NULL PRIMARY KEY,
    "alg" TEXT NOT NULL,
    "publicJwk" TEXT NOT NULL,
    "sealedPrivateKey" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL,
    "activeAt" DATETIME NOT NULL,
    "retiredAt" DATETIME,
    "tokensExpireAt" DATETIME
);
INSERT INTO "new_SigningKey" ("activeAt", "alg", "createdAt", "kid", "publicJwk", "retiredAt", "sealedPrivateKey", "tokensExpireAt") SELECT "createdAt", "alg", "createdAt", "kid", "publicJwk", "retiredAt", "sealedPrivateKey", "tokensExpireAt" FROM "SigningKey";
DROP TABLE "SigningKey";
ALTER TABLE "new_SigningKey" RENAME TO "SigningKey";
CREATE INDEX "SigningKey_createdAt_idx" ON "SigningKey"("createdAt");
CREATE INDEX "SigningKey_tokensExpireAt_idx" ON "SigningKey"("tokensExpireAt");
CREATE TABLE "new_User" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "email" TEXT NOT NULL,
    "emailKey" TEXT NOT NULL,
    "name" TEXT,
    "searchKey" TEXT NOT NULL,
    "emailVerifiedAt" DATETIME,
    "passwordHash" TEXT NOT NULL,
    "credentialVersion" INTEGER NOT NULL DEFAULT 0,
    "createdAt" DATETIME NOT NULL,
    "lastLoginAt" DATETIME,
    "disabledAt" DATETIME,
    "disabledReason" TEXT
);
INSERT INTO "new_User" ("searchKey", "createdAt", "credentialVersion", "disabledAt", "disabledReason", "email", "emailKey", "id", "lastLoginAt", "name", "passwordHash") SELECT "emailKey" || char(10) || lower(coalesce("name", '')), "createdAt", "credentialVersion", "disabledAt", "disabledReason", "email", "emailKey", "id", "lastLoginAt", "name", "passwordHash" FROM "User";
DROP TABLE "User";
ALTER TABLE "new_User" RENAME TO "User";
CREATE UNIQUE INDEX "User_emailKey_key" ON "User"("emailKey");
CREATE INDEX "User_createdAt_id_idx" ON "User"("createdAt", "id");
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;

-- CreateIndex
CREATE INDEX "MailCode_userId_purpose_idx" ON "MailCode"("userId", "purpose");

-- CreateIndex
CREATE INDEX "MailCode_expiresAt_idx" ON "MailCode"("expiresAt");

-- CreateIndex
CREATE INDEX "OutgoingMail_nextAttemptAt_idx" ON "OutgoingMail"("nextAttemptAt");

-- CreateIndex
CREATE INDEX "OutgoingMail_receiverKey_idx" ON "OutgoingMail"("receiverKey");

-- CreateIndex
CREATE INDEX "AttemptCount_expire_idx" ON "AttemptCount"("expire");

-- CreateIndex
CREATE INDEX "UserRole_role_idx" ON "UserRole"("role");

-- AlterTable
ALTER TABLE "User" ADD COLUMN "deadPasswordHash" TEXT;

-- CreateIndex
CREATE INDEX "AuditEvent_actor_idx" ON "AuditEvent"("actor");
