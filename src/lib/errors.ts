/** The closed list of failures that a client can get, and the one class that carries them. */

/** Why a caller is anonymous. The server says EXPIRED or REVOKED only after it has verified the signature. */
export type UnauthenticatedReason = 'TOKEN_MISSING' | 'TOKEN_INVALID' | 'TOKEN_EXPIRED' | 'TOKEN_REVOKED';

/** Mistakes of the client, and failures of the server. Mistakes of the user are `UserFailure`s. */
export type FailureCode = 'UNAUTHENTICATED' | 'FORBIDDEN' | 'BAD_USER_INPUT' | 'RATE_LIMITED' | 'AUTH_UNAVAILABLE' | 'LOGOUT_UNCONFIRMED';

/**
 * A failure with a message that is safe for a client.
 *
 * The cause is for the log only. A message contains no token, password, hash or email.
 */
export class LatchkeyError extends Error {
  override readonly name = 'LatchkeyError';

  /** The code and its details, which the client gets beside the message. */
  readonly extensions: Readonly<Record<string, string | number | boolean>>;

  private constructor(
    readonly code: FailureCode,
    message: string,
    details: Readonly<Record<string, string | number | boolean>> = {},
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.extensions = { code, ...details };
  }

  /** @param sessionEnded for TOKEN_REVOKED: whether the session of the token has ended too; null if the server does not know */
  static unauthenticated(reason: UnauthenticatedReason, sessionEnded: boolean | null = null): LatchkeyError {
    if (reason !== 'TOKEN_REVOKED') return new LatchkeyError('UNAUTHENTICATED', UNAUTHENTICATED_MESSAGES[reason], { reason });
    if (sessionEnded === null) return new LatchkeyError('UNAUTHENTICATED', REVOKED_MESSAGES.unknown, { reason });
    return new LatchkeyError('UNAUTHENTICATED', REVOKED_MESSAGES[sessionEnded ? 'ended' : 'continues'], { reason, sessionEnded });
  }

  /** A service has shown no credential, or a wrong one. */
  static wrongCredential(reason: 'CREDENTIAL_MISSING' | 'CREDENTIAL_INVALID', message: string): LatchkeyError {
    return new LatchkeyError('UNAUTHENTICATED', message, { reason });
  }

  static forbidden(message = 'You are logged in, but you are not allowed to do this.'): LatchkeyError {
    return new LatchkeyError('FORBIDDEN', message);
  }

  static badInput(message: string): LatchkeyError {
    return new LatchkeyError('BAD_USER_INPUT', message);
  }

  /** @param retryAfter seconds after which a new try makes sense */
  static rateLimited(message: string, retryAfter: number): LatchkeyError {
    return new LatchkeyError('RATE_LIMITED', message, { retryAfter });
  }

  /** The server can't tell right now. This must not look like UNAUTHENTICATED: the client would throw away a good session. */
  static unavailable(cause: unknown, retryAfter = 1): LatchkeyError {
    const message = 'The login server cannot answer this right now. Try again in a moment.';
    return new LatchkeyError('AUTH_UNAVAILABLE', message, { retryAfter }, cause);
  }

  static logoutUnconfirmed(cause: unknown): LatchkeyError {
    const message = 'It is not known whether the logout took effect. It is safe to send it again.';
    return new LatchkeyError('LOGOUT_UNCONFIRMED', message, { retryAfter: 1 }, cause);
  }
}

const UNAUTHENTICATED_MESSAGES: Readonly<Record<Exclude<UnauthenticatedReason, 'TOKEN_REVOKED'>, string>> = {
  TOKEN_MISSING: 'Log in first: send "Authorization: Bearer <access token>".',
  // A token that was signed with a revoked key looks like this too, and its session continues.
  TOKEN_INVALID: 'The access token was not issued by this server for this use. Refresh it; if that is refused, log in again.',
  TOKEN_EXPIRED: 'The access token has expired. Refresh it.',
};

/** By what the server knows of the session. A client that is told to log in throws its user out. */
const REVOKED_MESSAGES = {
  ended: 'The access token has been revoked. Log in again.',
  continues: 'The access token has been revoked, but its session continues. Refresh the token.',
  unknown: 'The access token has been revoked. Refresh it; if that is refused, log in again.',
} as const;

/** Mistakes of the user. The server returns them as data, in `userErrors`. */
export type UserFailureCode =
  | 'INVALID_CREDENTIALS'
  | 'EMAIL_TAKEN'
  | 'EMAIL_INVALID'
  | 'NAME_INVALID'
  | 'AUDIENCE_INVALID'
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

/** The answer of a use case: its result, or the mistakes of the user. */
export type Outcome<Result> =
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'failed'; readonly failures: readonly UserFailure[] };

export function done<Result>(result: Result): Outcome<Result> {
  return { kind: 'done', result };
}

export function failed(...failures: UserFailure[]): Outcome<never> {
  return { kind: 'failed', failures };
}
