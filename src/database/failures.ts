/** Classifies database failures: a violated constraint, a conflict, or a database that can't answer. */
import { LatchkeyError } from '../lib/errors.js';
import { OperatorFault } from '../lib/operator-fault.js';
import { Prisma } from './generated/client.js';

/** A COMMIT with an unknown outcome: the transaction may or may not have happened. */
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

/** No connection could be made, so the statement was never sent. */
export class NotConnected extends OperatorFault {
  override readonly name = 'NotConnected';
}

/** The message of an error. An AggregateError of the network has only a code. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || ('code' in error ? String(error.code) : error.name);
}

/** The error code that the database itself has sent (SQLSTATE, or a name of SQLite), or null if it has not answered. */
export function databaseCodeOf(error: unknown): string | null {
  const { originalCode = null } = driverCauseOf(error);
  return originalCode;
}

/** What the database itself has said, without the wrapping of Prisma or the trace of its migration engine. */
export function databaseMessageOf(error: unknown): string {
  const { originalMessage } = driverCauseOf(error);
  if (originalMessage !== undefined) return originalMessage;
  if (error instanceof LatchkeyError && error.cause !== undefined) return databaseMessageOf(error.cause);
  const [line = ''] = messageOf(error)
    .split('\n')
    .map((text) => text.trim().replace(/^ERROR: /, ''))
    .filter((text) => text !== '' && !text.startsWith('Invalid `'));
  return /Message: `(.*)`/.exec(line)?.[1] ?? line;
}

interface DriverCause {
  readonly kind?: string;
  readonly originalCode?: string;
  readonly originalMessage?: string;
}

/** The report of the driver, at whichever depth the error carries it. For raw SQL, Prisma has it only in `meta`. */
function driverCauseOf(error: unknown): DriverCause {
  if (error instanceof Prisma.PrismaClientKnownRequestError) return driverCauseOf(error.meta?.driverAdapterError);
  if (!(error instanceof Error)) return {};
  if (error.name === 'DriverAdapterError') return (error.cause ?? {}) as DriverCause;
  return driverCauseOf(error.cause);
}

/** The database has rolled a transaction back instead of committing it. */
export class RolledBack extends Error {
  override readonly name = 'RolledBack';

  constructor() {
    super('The database has rolled the transaction back');
  }
}

/** Whether a failed transaction may have been committed nevertheless. */
export function isCommitUnknown(error: unknown): boolean {
  return error instanceof LatchkeyError && error.cause instanceof CommitUnknown;
}

export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';
}

/** A row that a statement should have returned is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2025';
}

/** A row refers to another row that does not exist (any more). */
export function isForeignKeyViolation(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2003';
}

/** Two transactions conflicted and the database rolled one back: the caller may run the whole transaction again. */
export function isConflict(error: unknown): boolean {
  return (
    driverCauseOf(error).kind === 'TransactionWriteConflict' ||
    (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2034')
  );
}

/** Whether a failure of COMMIT proves that nothing was committed. */
export function isUndone(error: unknown): boolean {
  return isConflict(error) || (error instanceof Error && ['NotConnected', 'RolledBack'].includes(error.name));
}

/** Violated constraints (P2002 unique, P2003 foreign key), missing rows (P2025) and our own mistakes do not mean an unhealthy database. */
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
    ['DatabaseUnusable', 'DriverAdapterError', 'LibsqlError', 'NotConnected', 'RolledBack', 'SqliteError', 'WrongDatabase'].includes(
      error.name,
    )
  );
}
