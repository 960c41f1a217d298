/** The application's own database, apart from Latchkey's. */
import { PrismaLibSql } from '@prisma/adapter-libsql';
import { PrismaClient } from './generated/client.js';

/** Opens the database and makes the table if it is missing; an application of any size uses `prisma migrate`. */
export async function openDatabase(url: string): Promise<PrismaClient> {
  const prisma = new PrismaClient({ adapter: new PrismaLibSql({ url }) });
  await prisma.$executeRaw`CREATE TABLE IF NOT EXISTS "Post" ("id" INTEGER PRIMARY KEY AUTOINCREMENT, "title" TEXT NOT NULL, "authorId" TEXT NOT NULL)`;
  return prisma;
}
