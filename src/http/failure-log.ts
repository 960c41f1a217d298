/** Logs what is our fault, once, with the request id that the client gets too. */
import type { Log } from '../lib/log.js';

interface FieldError {
  readonly path?: readonly (string | number)[] | undefined;
  /** What a library throws that gives its errors a path is taken by GraphQL for an error of its own, and has none. */
  extensions?: Record<string, unknown>;
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
      const code = error.extensions?.code;
      const unavailable = code === 'AUTH_UNAVAILABLE' || code === 'LOGOUT_UNCONFIRMED';
      if (!isInternal(error) && !unavailable) continue;
      // Not into those that are there: an application may throw one error again and again, or a frozen one.
      if (!unavailable) error.extensions = { ...error.extensions, requestId };
      const original = originalOf(error);
      log.error(
        { requestId, path: error.path, err: unavailable && original instanceof Error ? original.cause : original },
        'a field failed',
      );
    }
  };
}
