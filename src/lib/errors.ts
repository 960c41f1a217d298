/** The closed list of failures a client can meet, and the one class that carries them. */

/** Why a caller is anonymous. EXPIRED and REVOKED are said only after the signature verified. */
export type UnauthenticatedReason = 'TOKEN_MISSING' | 'TOKEN_INVALID' | 'TOKEN_EXPIRED' | 'TOKEN_REVOKED';

/** What a client or the server got wrong; what a user can get wrong is a `UserFailure`. */
export type FailureCode = 'UNAUTHENTICATED' | 'FORBIDDEN' | 'BAD_USER_INPUT' | 'RATE_LIMITED' | 'AUTH_UNAVAILABLE' | 'LOGOUT_UNCONFIRMED';

/**
 * A failure with a message that is safe for a client.
 *
 * The cause is for the log only. No token, password, hash or email stands in a message.
 */
export class LatchkeyError extends Error {
  override readonly name = 'LatchkeyError';

  /** What a client gets beside the message: the code, and what belongs to it. */
  readonly extensions: Readonly<Record<string, string | number>>;

  private constructor(
    readonly code: FailureCode,
    message: string,
    details: Readonly<Record<string, string | number>> = {},
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.extensions = { code, ...details };
  }

  static unauthenticated(reason: UnauthenticatedReason): LatchkeyError {
    return new LatchkeyError('UNAUTHENTICATED', UNAUTHENTICATED_MESSAGES[reason], { reason });
  }

  static forbidden(message = 'You are logged in, but this is not yours to do.'): LatchkeyError {
    return new LatchkeyError('FORBIDDEN', message);
  }

  static badInput(message: string): LatchkeyError {
    return new LatchkeyError('BAD_USER_INPUT', message);
  }

  /** @param retryAfter seconds after which a new try makes sense */
  static rateLimited(message: string, retryAfter: number): LatchkeyError {
    return new LatchkeyError('RATE_LIMITED', message, { retryAfter });
  }

  /** The server can't know right now. It must not look like UNAUTHENTICATED: a client would throw a good session away. */
  static unavailable(cause: unknown, retryAfter = 1): LatchkeyError {
    const message = 'The login server cannot answer this right now. Try again in a moment.';
    return new LatchkeyError('AUTH_UNAVAILABLE', message, { retryAfter }, cause);
  }

  static logoutUnconfirmed(cause: unknown): LatchkeyError {
    const message = 'It is not known whether the logout took effect. It is safe to send it again.';
    return new LatchkeyError('LOGOUT_UNCONFIRMED', message, { retryAfter: 1 }, cause);
  }
}

const UNAUTHENTICATED_MESSAGES: Readonly<Record<UnauthenticatedReason, string>> = {
  TOKEN_MISSING: 'Log in first: send "Authorization: Bearer <access token>".',
  TOKEN_INVALID: 'The access token was not issued by this server for this use. Log in again.',
  TOKEN_EXPIRED: 'The access token has expired. Refresh it.',
  TOKEN_REVOKED: 'The access token has been revoked. Log in again.',
};

/** What a user can get wrong. It is answered as data, in `userErrors`. */
export type UserFailureCode =
  | 'INVALID_CREDENTIALS'
  | 'EMAIL_TAKEN'
  | 'EMAIL_INVALID'
  | 'NAME_INVALID'
  | 'DEVICE_NAME_INVALID'
  | 'PASSWORD_TOO_SHORT'
  | 'PASSWORD_TOO_LONG'
  | 'PASSWORD_TOO_COMMON'
  | 'PASSWORD_INVALID'
  | 'PASSWORD_TOO_PERSONAL'
  | 'PASSWORD_BREACHED'
  | 'PASSWORD_UNCHECKED'
  | 'PASSWORD_REUSED'
  | 'INVALID_REFRESH_TOKEN'
  | 'INVALID_CODE'
  | 'REAUTHENTICATION_REQUIRED'
  | 'LAST_ADMINISTRATOR'
  | 'ROLES_INVALID'
  | 'REASON_INVALID'
  | 'REGISTRATION_CLOSED'
  | 'NOT_FOUND';

export interface UserFailure {
  readonly code: UserFailureCode;
  readonly message: string;
  /** The path of the input field, from the argument on. */
  readonly field?: readonly string[];
}

/** What a use case answers: its result, or what the user got wrong. */
export type Outcome<Result> =
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'failed'; readonly failures: readonly UserFailure[] };

export function done<Result>(result: Result): Outcome<Result> {
  return { kind: 'done', result };
}

export function failed(...failures: UserFailure[]): Outcome<never> {
  return { kind: 'failed', failures };
}
