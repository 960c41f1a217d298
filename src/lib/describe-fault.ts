/** The text that the operator reads when the start or a command fails. */
import { LatchkeyError } from './errors.js';
import { OperatorFault } from './operator-fault.js';

/** The message and cause of an expected fault. Any other fault is a bug of ours, so the operator gets its stack. */
export function describeFault(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!isForeseen(error)) return error.stack ?? error.message;
  return [error.message, causeOf(error)].filter((line) => line !== '').join('\n');
}

/** `LatchkeyError` is expected too, because a command can be refused like a client. System faults, such as a port in use, have a `syscall`. */
function isForeseen(error: Error): boolean {
  return error instanceof OperatorFault || error instanceof LatchkeyError || 'syscall' in error;
}

function causeOf(error: Error): string {
  return error.cause instanceof Error ? `Cause: ${error.cause.message}` : '';
}
