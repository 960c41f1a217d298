/** What the client asks the server, with its types. Made from schema.graphql and operations.graphql by `npm run schema`, never edited. */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** The old password and the new one. */
export type ChangePasswordInput = {
  /** The current password. */
  readonly currentPassword: string;
  /** Whether the other sessions continue, through their refresh tokens. All earlier access tokens are revoked in any case. */
  readonly keepOtherSessions?: boolean;
  /** 8 to 256 characters of any kind; common passwords are refused. */
  readonly newPassword: string;
};

/** The code of a registration, and the password chosen there. */
export type ConfirmRegistrationInput = {
  /** The code that was mailed. */
  readonly code: string;
  /** A name for the list of sessions, such as "Work laptop". */
  readonly deviceName?: string | null | undefined;
  /** The password chosen at registration. Because it is required, nobody gains from registering somebody else’s address. */
  readonly password: string;
};

/** Credentials. */
export type LoginInput = {
  /** A name for the list of sessions, such as "Work laptop". */
  readonly deviceName?: string | null | undefined;
  /** The email address of the user; case does not matter. */
  readonly email: string;
  /** The password, exactly as it was chosen. */
  readonly password: string;
};

/** Which sessions to end. */
export type LogoutInput = {
  /** The refresh token, for a client that no longer has an access token. If it belongs to another session, that one ends too. */
  readonly refreshToken?: string | null | undefined;
  /** Which sessions end. */
  readonly scope?: LogoutScope;
};

/** Which sessions of the user a logout ends. */
export type LogoutScope =
  /** All; the access token must be live. */
  | 'ALL'
  /** The session of the tokens in the request. */
  | 'CURRENT'
  /** All but the session of the access token, which must be live. */
  | 'OTHERS';

/** The refresh token to exchange. */
export type RefreshTokenInput = {
  /** The refresh token of the last login or refresh. */
  readonly refreshToken?: string | null | undefined;
};

/** A new user. */
export type RegisterInput = {
  /** A name for the list of sessions, such as "Work laptop". */
  readonly deviceName?: string | null | undefined;
  /** The email address to log in with. */
  readonly email: string;
  /** What the user wants to be called. */
  readonly name?: string | null | undefined;
  /** 8 to 256 characters of any kind; common passwords are refused. */
  readonly password: string;
};

/** The session to end. */
export type RevokeSessionInput = {
  /** The id of a session of the caller. */
  readonly sessionId: string | number;
};

/** What a user can get wrong. */
export type UserErrorCode =
  /** The audience is too long, or has spaces or other characters that are not printable. */
  | 'AUDIENCE_INVALID'
  /** The device name is too long or has control characters. */
  | 'DEVICE_NAME_INVALID'
  /** This is not an email address. */
  | 'EMAIL_INVALID'
  /** Somebody has registered with this email. */
  | 'EMAIL_TAKEN'
  /** The code is unknown, used, expired, for something else, or older than a change of password or address. */
  | 'INVALID_CODE'
  /** Email or password is wrong, or the user may not log in. */
  | 'INVALID_CREDENTIALS'
  /** The refresh token is unknown, used, expired or revoked. */
  | 'INVALID_REFRESH_TOKEN'
  /** It would leave no administrator who can log in. */
  | 'LAST_ADMINISTRATOR'
  /** The name is too long or has control characters. */
  | 'NAME_INVALID'
  /** There is no such thing, or it is not yours. */
  | 'NOT_FOUND'
  /** The password was found in a leak of another service. */
  | 'PASSWORD_BREACHED'
  /** The password is not valid Unicode text. */
  | 'PASSWORD_INVALID'
  /** An administrator has made this password useless; choose another one. */
  | 'PASSWORD_REUSED'
  /** Many people use this password. */
  | 'PASSWORD_TOO_COMMON'
  /** The password has more than 256 characters. */
  | 'PASSWORD_TOO_LONG'
  /** The password is little more than the email, the name or the name of the product. */
  | 'PASSWORD_TOO_PERSONAL'
  /** The password has fewer than 8 characters. */
  | 'PASSWORD_TOO_SHORT'
  /** The service that knows leaked passwords does not answer; try again later. */
  | 'PASSWORD_UNCHECKED'
  /** The reason is too long or has control characters. */
  | 'REASON_INVALID'
  /** The password was not shown recently; call `reauthenticate` and try again. */
  | 'REAUTHENTICATION_REQUIRED'
  /** Registration is closed on this server. */
  | 'REGISTRATION_CLOSED'
  /** A role has the wrong form, or there are too many. */
  | 'ROLES_INVALID';

export type RegisterMutationVariables = Exact<{
  input: RegisterInput;
}>;

export type RegisterMutation = {
  readonly register: {
    readonly confirmationSent: boolean | null;
    readonly accessToken: string | null;
    readonly refreshToken: string | null;
    readonly user: {
      readonly id: string;
      readonly email: string;
      readonly name: string | null;
      readonly roles: ReadonlyArray<string>;
    } | null;
    readonly userErrors: ReadonlyArray<{
      readonly code: UserErrorCode;
      readonly message: string;
      readonly field: ReadonlyArray<string> | null;
    }>;
  } | null;
};

export type ConfirmRegistrationMutationVariables = Exact<{
  input: ConfirmRegistrationInput;
}>;

export type ConfirmRegistrationMutation = {
  readonly confirmRegistration: {
    readonly accessToken: string | null;
    readonly refreshToken: string | null;
    readonly user: {
      readonly id: string;
      readonly email: string;
      readonly name: string | null;
      readonly roles: ReadonlyArray<string>;
    } | null;
    readonly userErrors: ReadonlyArray<{
      readonly code: UserErrorCode;
      readonly message: string;
      readonly field: ReadonlyArray<string> | null;
    }>;
  } | null;
};

export type LoginMutationVariables = Exact<{
  input: LoginInput;
}>;

export type LoginMutation = {
  readonly login: {
    readonly accessToken: string | null;
    readonly refreshToken: string | null;
    readonly user: {
      readonly id: string;
      readonly email: string;
      readonly name: string | null;
      readonly roles: ReadonlyArray<string>;
    } | null;
    readonly userErrors: ReadonlyArray<{
      readonly code: UserErrorCode;
      readonly message: string;
      readonly field: ReadonlyArray<string> | null;
    }>;
  } | null;
};

export type ChangePasswordMutationVariables = Exact<{
  input: ChangePasswordInput;
}>;

export type ChangePasswordMutation = {
  readonly changePassword: {
    readonly endedSessions: number | null;
    readonly accessToken: string | null;
    readonly refreshToken: string | null;
    readonly userErrors: ReadonlyArray<{
      readonly code: UserErrorCode;
      readonly message: string;
      readonly field: ReadonlyArray<string> | null;
    }>;
  } | null;
};

export type RefreshTokenMutationVariables = Exact<{
  input: RefreshTokenInput;
}>;

export type RefreshTokenMutation = {
  readonly refreshToken: {
    readonly accessToken: string | null;
    readonly refreshToken: string | null;
    readonly userErrors: ReadonlyArray<{ readonly code: UserErrorCode }>;
  } | null;
};

export type LogoutMutationVariables = Exact<{
  input: LogoutInput;
}>;

export type LogoutMutation = { readonly logout: { readonly endedSessions: number } | null };

export type RevokeSessionMutationVariables = Exact<{
  input: RevokeSessionInput;
}>;

export type RevokeSessionMutation = {
  readonly revokeSession: {
    readonly session: { readonly id: string } | null;
    readonly userErrors: ReadonlyArray<{
      readonly code: UserErrorCode;
      readonly message: string;
      readonly field: ReadonlyArray<string> | null;
    }>;
  } | null;
};

export type SessionsQueryVariables = Exact<{ [key: string]: never }>;

export type SessionsQuery = {
  readonly sessions: ReadonlyArray<{
    readonly id: string;
    readonly current: boolean;
    readonly deviceName: string | null;
    readonly userAgent: string | null;
    readonly ipAddress: string | null;
    readonly createdAt: string;
    readonly lastUsedAt: string;
    readonly expiresAt: string;
  }> | null;
};

export const DOCUMENTS = {
  register:
    'mutation($input:RegisterInput!){register(input:$input){confirmationSent accessToken refreshToken user{id email name roles}userErrors{code message field}}}',
  confirmRegistration:
    'mutation($input:ConfirmRegistrationInput!){confirmRegistration(input:$input){accessToken refreshToken user{id email name roles}userErrors{code message field}}}',
  login:
    'mutation($input:LoginInput!){login(input:$input){accessToken refreshToken user{id email name roles}userErrors{code message field}}}',
  changePassword:
    'mutation($input:ChangePasswordInput!){changePassword(input:$input){endedSessions accessToken refreshToken userErrors{code message field}}}',
  refreshToken: 'mutation($input:RefreshTokenInput!){refreshToken(input:$input){accessToken refreshToken userErrors{code}}}',
  logout: 'mutation($input:LogoutInput!){logout(input:$input){endedSessions}}',
  revokeSession: 'mutation($input:RevokeSessionInput!){revokeSession(input:$input){session{id}userErrors{code message field}}}',
  sessions: '{sessions{id current deviceName userAgent ipAddress createdAt lastUsedAt expiresAt}}',
} as const;
export interface Operations {
  register: { variables: RegisterMutationVariables; answer: RegisterMutation };
  confirmRegistration: { variables: ConfirmRegistrationMutationVariables; answer: ConfirmRegistrationMutation };
  login: { variables: LoginMutationVariables; answer: LoginMutation };
  changePassword: { variables: ChangePasswordMutationVariables; answer: ChangePasswordMutation };
  refreshToken: { variables: RefreshTokenMutationVariables; answer: RefreshTokenMutation };
  logout: { variables: LogoutMutationVariables; answer: LogoutMutation };
  revokeSession: { variables: RevokeSessionMutationVariables; answer: RevokeSessionMutation };
  sessions: { variables: SessionsQueryVariables; answer: SessionsQuery };
}
