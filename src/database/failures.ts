/** Tells the failures of the database apart: a rule of the data broken, or a database that can't answer. */
import { LatchkeyError } from '../lib/errors.js';
import { OperatorFault } from '../lib/operator-fault.js';
import { Prisma } from './generated/client.js';

/** A COMMIT whose outcome is not known: the transaction may or may not have happened. */
export class CommitUnknown extends Error {
  override readonly name = 'CommitUnknown';

  constructor(cause: unknown) {
    super('The outcome of a COMMIT is not known', { cause });
  }
}

/** The database can't be opened, does not answer, or is not the one it should be. */
export class DatabaseUnusable extends OperatorFault {
  override readonly name = 'DatabaseUnusable';
}

/** What an error of the network says; one that gathers others has only a code. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || ('code' in error ? String(error.code) : error.name);
}

/** The database has undone a transaction instead of committing it. */
export class RolledBack extends Error {
  override readonly name = 'RolledBack';

  constructor() {
    super('The database has rolled the transaction back');
  }
}

/** Whether a failed transaction may have happened all the same. */
export function isCommitUnknown(error: unknown): boolean {
  return error instanceof LatchkeyError && error.cause instanceof CommitUnknown;
}

export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';
}

/** What a row points to is not there, or not any more. */
export function isForeignKeyViolation(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2003';
}

/** Two transactions were in each other's way and one was undone: it may be run again, as a whole. */
export function isConflict(error: unknown): boolean {
  return kindOf(error) === 'TransactionWriteConflict' || (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2034');
}

/** Whether a failure of COMMIT says that nothing was committed. */
export function isUndone(error: unknown): boolean {
  return isConflict(error) || (error instanceof Error && error.name === 'RolledBack');
}

/** What the driver has made of the server's answer. Of SQL of our own Prisma tells it in `meta` only. */
function kindOf(error: unknown): string {
  const driver = error instanceof Prisma.PrismaClientKnownRequestError ? error.meta?.driverAdapterError : error;
  const cause = driver instanceof Error && driver.name === 'DriverAdapterError' ? driver.cause : undefined;
  return typeof cause === 'object' && cause !== null && 'kind' in cause ? String(cause.kind) : '';
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
  return (
    error instanceof Error &&
    ['DatabaseUnusable', 'DriverAdapterError', 'LibsqlError', 'RolledBack', 'SqliteError', 'WrongDatabase'].includes(error.name)
  );
}
