/** The only error that the client throws: it has a code and contains nothing of what was sent. */

export type AuthErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'BAD_USER_INPUT'
  | 'RATE_LIMITED'
  | 'AUTH_UNAVAILABLE'
  | 'LOGOUT_UNCONFIRMED'
  | 'INTERNAL_SERVER_ERROR'
  /** No answer, or an answer that is not Latchkey's: a network fault, a proxy, a wrong address. */
  | 'UNREACHABLE'
  /** The session ended in this browser before the answer arrived. */
  | 'LOGGED_OUT'
  | (string & {});

/** It has no `cause`: `fetch` quotes a bad header in its error, and that would put the token into a log. */
export class AuthError extends Error {
  override readonly name = 'AuthError';

  constructor(
    readonly code: AuthErrorCode,
    /**
     * For `UNAUTHENTICATED`: `TOKEN_MISSING`, `TOKEN_INVALID`, `TOKEN_EXPIRED` or `TOKEN_REVOKED`. For `FORBIDDEN`: `ORIGIN_NOT_ALLOWED` if
     * the server refuses the page itself.
     */
    readonly reason: string | null = null,
    /** Seconds to wait before the next try, if the server has named them. */
    readonly retryAfter: number | null = null,
  ) {
    super(reason ?? code);
  }
}
