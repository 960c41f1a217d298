/** The one error that the client throws: a code, and no word of what was sent. */

export type AuthErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'BAD_USER_INPUT'
  | 'RATE_LIMITED'
  | 'AUTH_UNAVAILABLE'
  | 'LOGOUT_UNCONFIRMED'
  | 'INTERNAL_SERVER_ERROR'
  /** No answer, or one that no Latchkey gives: the network, a proxy, a wrong address. */
  | 'UNREACHABLE'
  /** The session has ended here while the answer was on its way. */
  | 'LOGGED_OUT'
  | (string & {});

/** No cause is kept: what `fetch` says of a bad header quotes the header. */
export class AuthError extends Error {
  override readonly name = 'AuthError';

  constructor(
    readonly code: AuthErrorCode,
    /** Of UNAUTHENTICATED: `TOKEN_MISSING`, `TOKEN_INVALID`, `TOKEN_EXPIRED` or `TOKEN_REVOKED`. */
    readonly reason: string | null = null,
    /** Seconds after which a new try makes sense, when the server has said so. */
    readonly retryAfter: number | null = null,
  ) {
    super(reason ?? code);
  }
}
