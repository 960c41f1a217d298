/** The tables of the peers, on SQLite through Prisma, with the same adapter and users as Latchkey. */
import { join } from 'node:path';
import { PrismaLibSql } from '@prisma/adapter-libsql';
import { PrismaClient } from './generated/client.js';
import { hashPassword } from './passwords.js';

const TABLES = [
  // The same setting as Latchkey's. Each commit reaches the disk, which is the default of the adapter.
  'PRAGMA journal_mode = WAL',
  'CREATE TABLE "User" ("id" TEXT PRIMARY KEY, "email" TEXT UNIQUE, "name" TEXT, "passwordHash" TEXT)',
  'CREATE TABLE "RefreshToken" ("hash" TEXT PRIMARY KEY, "userId" TEXT REFERENCES "User", "expiresAt" DATETIME)',
  'CREATE TABLE "BlacklistedToken" ("token" TEXT PRIMARY KEY, "expiresAt" DATETIME)',
];

export async function openDatabase() {
  const prisma = new PrismaClient({ adapter: new PrismaLibSql({ url: `file:${join(process.env.DATA_DIR, 'peer.db')}` }) });
  for (const statement of TABLES) await prisma.$queryRawUnsafe(statement);
  const passwordHash = await hashPassword(process.env.PASSWORD);
  const users = JSON.parse(process.env.USERS);
  await prisma.user.createMany({ data: users.map((user) => ({ ...user, passwordHash })) });
  return prisma;
}
