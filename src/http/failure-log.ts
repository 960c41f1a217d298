/** Logs what is our fault, once, with the request id that the client gets too. */
import type { Log } from '../log.js';

interface FieldError {
  readonly path?: readonly (string | number)[] | undefined;
  readonly extensions: Record<string, unknown>;
}

/** @returns the request id of what is internal is put into the error, for the client */
export type ReportFailures = (errors: readonly FieldError[], requestId: string) => void;

export function createFailureLog(
  isInternal: (error: unknown) => boolean,
  originalOf: (error: unknown) => unknown,
  log: Log,
): ReportFailures {
  return (errors, requestId) => {
    for (const error of errors) {
      const unavailable = error.extensions.code === 'AUTH_UNAVAILABLE' || error.extensions.code === 'LOGOUT_UNCONFIRMED';
      if (!isInternal(error) && !unavailable) continue;
      if (!unavailable) error.extensions.requestId = requestId;
      const original = originalOf(error);
      log.error(
        { requestId, path: error.path, err: unavailable && original instanceof Error ? original.cause : original },
        'a field failed',
      );
    }
  };
}
