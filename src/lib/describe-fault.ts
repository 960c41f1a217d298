/** What an operator reads when the start or a command fails. */
import { LatchkeyError } from './errors.js';
import { OperatorFault } from './operator-fault.js';

/** Message and cause of a fault that was foreseen; the stack of any other, which is a mistake of ours. */
export function describeFault(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!isForeseen(error)) return error.stack ?? error.message;
  return [error.message, causeOf(error)].filter((line) => line !== '').join('\n');
}

/** A command can be refused like a client (`LatchkeyError`). A fault of the system, such as a port that is taken, names its call. */
function isForeseen(error: Error): boolean {
  return error instanceof OperatorFault || error instanceof LatchkeyError || 'syscall' in error;
}

function causeOf(error: Error): string {
  return error.cause instanceof Error ? `Cause: ${error.cause.message}` : '';
}
