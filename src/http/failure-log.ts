/** Logs each failure that is the server's fault once, with the request id that the client gets too. */
import type { Log } from '../lib/log.js';

interface FieldError {
  readonly path?: readonly (string | number)[] | undefined;
  /** Missing if a library throws an error with a `path`: graphql-js takes it for its own error and does not wrap it. */
  extensions?: Record<string, unknown>;
}

/** Logs the errors that are the server's fault. It adds the request id to an internal error, so that the client can report it. */
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
      // Replaces the extensions instead of changing them: an application may throw one error object repeatedly, or a frozen one.
      if (!unavailable) error.extensions = { ...error.extensions, requestId };
      const original = originalOf(error);
      log.error(
        { requestId, path: error.path, err: unavailable && original instanceof Error ? original.cause : original },
        'a field failed',
      );
    }
  };
}
