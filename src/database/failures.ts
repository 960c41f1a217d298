/** Tells the failures of the database apart: a rule of the data broken, or a database that can't answer. */
import { LatchkeyError } from '../errors.js';
import { Prisma } from './generated/client.js';

/** A COMMIT whose outcome is not known: the transaction may or may not have happened. */
export class CommitUnknown extends Error {
  override readonly name = 'CommitUnknown';

  constructor(cause: unknown) {
    super('The outcome of a COMMIT is not known', { cause });
  }
}

/** Whether a failed transaction may have happened all the same. */
export function isCommitUnknown(error: unknown): boolean {
  return error instanceof LatchkeyError && error.cause instanceof CommitUnknown;
}

export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';
}

/** Broken rules of the data (P2002 unique, P2003 foreign key, P2025 missing row) and our own mistakes say nothing about the database's health. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof CommitUnknown) return true;
  if (error instanceof LatchkeyError || error instanceof Prisma.PrismaClientValidationError) return false;
  if (error instanceof Prisma.PrismaClientKnownRequestError) return !['P2002', 'P2003', 'P2025'].includes(error.code);
  return isDatabaseError(error);
}

function isDatabaseError(error: unknown): boolean {
  if (error instanceof Prisma.PrismaClientUnknownRequestError || error instanceof Prisma.PrismaClientInitializationError) return true;
  return error instanceof Error && ['DatabaseUnusable', 'DriverAdapterError', 'LibsqlError', 'SqliteError'].includes(error.name);
}
