/** What the console asks the server, with its types. Made from schema.graphql and operations.graphql by `npm run schema`, never edited. */
import { gql, type TypedDocumentNode } from '@apollo/client';

/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** The kind of an audit event. More kinds may be added. */
export type AuditEventKind =
  /** A login failed. */
  | 'LOGIN_FAILED'
  /** A failed attempt reached a limit. Further attempts are refused for a while and leave no event. */
  | 'LOGIN_RATE_LIMITED'
  /** A user confirmed their password again in a session. */
  | 'REAUTHENTICATION_DONE'
  /** A user gave a wrong password in a session. */
  | 'REAUTHENTICATION_FAILED'
  /** A refresh failed. */
  | 'REFRESH_FAILED'
  /** A credential for another service was created; the reason is its id. */
  | 'SERVICE_CREDENTIAL_CREATED'
  /** The credential of another service was revoked; the reason is its id. */
  | 'SERVICE_CREDENTIAL_REVOKED'
  /** All sessions of all users were ended. */
  | 'SESSIONS_ALL_ENDED'
  /** The access tokens of a session were revoked; the session continues at the next refresh. */
  | 'SESSION_ACCESS_TOKENS_REVOKED'
  /** A session ended; the reason says how, such as `LOGOUT` or `EXPIRED`. */
  | 'SESSION_ENDED'
  /** A refresh token was exchanged for the next pair. */
  | 'SESSION_REFRESHED'
  /** A login succeeded and a session started. */
  | 'SESSION_STARTED'
  /** A signing key was revoked, and with it every token that it signed; the reason is its `kid`. */
  | 'SIGNING_KEY_REVOKED'
  /** A new signing key was created; the reason is its `kid`. */
  | 'SIGNING_KEY_ROTATED'
  /** The operator created a user. */
  | 'USER_CREATED'
  /** A user was deleted. */
  | 'USER_DELETED'
  /** A user was disabled and can no longer log in; the reason is the one that was given. */
  | 'USER_DISABLED'
  /** The email address of a user was changed. */
  | 'USER_EMAIL_CHANGED'
  /** A user asked to change their email address. */
  | 'USER_EMAIL_CHANGE_REQUESTED'
  /** A user verified their email address. */
  | 'USER_EMAIL_VERIFIED'
  /** A disabled user may log in again. */
  | 'USER_ENABLED'
  /** A user changed their password. */
  | 'USER_PASSWORD_CHANGED'
  /** A password was reset. */
  | 'USER_PASSWORD_RESET'
  /** Somebody asked for a mail to reset a lost password. */
  | 'USER_PASSWORD_RESET_REQUESTED'
  /** An administrator or the operator required a user to choose a new password. */
  | 'USER_PASSWORD_RESET_REQUIRED'
  /** A user registered. */
  | 'USER_REGISTERED'
  /** The roles of a user were changed. */
  | 'USER_ROLES_CHANGED'
  /** An administrator or the operator ended all sessions of a user. */
  | 'USER_SESSIONS_REVOKED';

/** A code that was mailed to the new address. */
export type ConfirmEmailChangeInput = {
  /** The code that was mailed. */
  readonly code: string;
};

/** The service that gets a credential. */
export type CreateServiceCredentialInput = {
  /** The service in the claim `aud` of the tokens about which it asks: `AUDIENCE`, or one of `ACCESS_TOKEN_AUDIENCES`. */
  readonly audience: string;
  /** A name, for people; at most 200 characters. */
  readonly name: string;
};

/** The user to disable. */
export type DisableUserInput = {
  /** The reason, for the audit trail; at most 500 characters. */
  readonly reason?: string | null | undefined;
  /** The id of the user. */
  readonly userId: string;
};

/** The user to enable. */
export type EnableUserInput = {
  /** The reason, for the audit trail; at most 500 characters. */
  readonly reason?: string | null | undefined;
  /** The id of the user. */
  readonly userId: string;
};

/** The password, to confirm it again. */
export type ReauthenticateInput = {
  /** The password of the caller. */
  readonly password: string;
};

/** The address with which the caller wants to log in from now on. */
export type RequestEmailChangeInput = {
  /** The new email address; a code is mailed to it. */
  readonly newEmail: string;
};

/** The user whose password is lost. */
export type RequestPasswordResetInput = {
  /** The email address of the user. */
  readonly email: string;
};

/** The code that was mailed, and the new password. */
export type ResetPasswordInput = {
  /** The code that was mailed. */
  readonly code: string;
  /** 8 to 256 characters of any kind; common passwords are refused. */
  readonly newPassword: string;
};

/** Where a node checks whether a token is revoked: the setting `REVOCATION_CHECK`. */
export type RevocationCheckMode =
  /** In the database, on each request. */
  | 'DATABASE'
  /** In its memory, for as long as a lease from the database allows. */
  | 'LEASE'
  /** In its memory, as the only node. */
  | 'MEMORY'
  /** In the copy of the blacklist in Redis, on each request. */
  | 'REDIS';

/** The credential to revoke. */
export type RevokeServiceCredentialInput = {
  /** The id of the credential. */
  readonly id: string;
};

/** The user whose sessions to end. */
export type RevokeUserSessionsInput = {
  /** The reason, for the audit trail; at most 500 characters. */
  readonly reason?: string | null | undefined;
  /** The id of the user. */
  readonly userId: string;
};

/** What happened to a session. */
export type SessionEventKind =
  /** A login: the session began. */
  | 'CREATED'
  /** It ended: its tokens are refused. */
  | 'ENDED'
  /** Its refresh token was exchanged. */
  | 'REFRESHED';

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

/** A code that was mailed to the address to verify. */
export type VerifyEmailInput = {
  /** The code that was mailed. */
  readonly code: string;
};

export type MeQueryVariables = Exact<{ [key: string]: never }>;

export type MeQuery = {
  readonly me: {
    readonly id: string;
    readonly email: string;
    readonly emailVerifiedAt: string | null;
    readonly name: string | null;
    readonly roles: ReadonlyArray<string>;
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

export type EventsQueryVariables = Exact<{
  after?: string | null | undefined;
}>;

export type EventsQuery = {
  readonly auditEvents: {
    readonly nodes: ReadonlyArray<{
      readonly id: string;
      readonly at: string;
      readonly kind: AuditEventKind;
      readonly reason: string | null;
      readonly ipAddress: string | null;
      readonly userAgent: string | null;
    }>;
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  } | null;
};

export type SessionEventsSubscriptionVariables = Exact<{ [key: string]: never }>;

export type SessionEventsSubscription = {
  readonly sessionEvents: { readonly id: string; readonly kind: SessionEventKind; readonly sessionId: string } | null;
};

export type ReauthenticateMutationVariables = Exact<{
  input: ReauthenticateInput;
}>;

export type ReauthenticateMutation = {
  readonly reauthenticate: {
    readonly validUntil: string | null;
    readonly userErrors: ReadonlyArray<{
      readonly code: UserErrorCode;
      readonly message: string;
      readonly field: ReadonlyArray<string> | null;
    }>;
  } | null;
};

export type UsersQueryVariables = Exact<{
  search?: string | null | undefined;
  after?: string | null | undefined;
}>;

export type UsersQuery = {
  readonly users: {
    readonly nodes: ReadonlyArray<{
      readonly id: string;
      readonly email: string;
      readonly name: string | null;
      readonly roles: ReadonlyArray<string>;
      readonly disabledAt: string | null;
      readonly lastLoginAt: string | null;
    }>;
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  } | null;
};

export type UserQueryVariables = Exact<{
  id: string;
}>;

export type UserQuery = {
  readonly user: {
    readonly id: string;
    readonly email: string;
    readonly name: string | null;
    readonly roles: ReadonlyArray<string>;
    readonly createdAt: string;
    readonly lastLoginAt: string | null;
    readonly disabledAt: string | null;
    readonly disabledReason: string | null;
  } | null;
  readonly userSessions: ReadonlyArray<{
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

export type UserEventsQueryVariables = Exact<{
  id: string;
  after?: string | null | undefined;
}>;

export type UserEventsQuery = {
  readonly auditEvents: {
    readonly nodes: ReadonlyArray<{
      readonly id: string;
      readonly at: string;
      readonly kind: AuditEventKind;
      readonly reason: string | null;
      readonly ipAddress: string | null;
      readonly userAgent: string | null;
    }>;
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  } | null;
};

export type RevokeUserSessionsMutationVariables = Exact<{
  input: RevokeUserSessionsInput;
}>;

export type RevokeUserSessionsMutation = {
  readonly revokeUserSessions: {
    readonly endedSessions: number | null;
    readonly userErrors: ReadonlyArray<{
      readonly code: UserErrorCode;
      readonly message: string;
      readonly field: ReadonlyArray<string> | null;
    }>;
  } | null;
};

export type DisableUserMutationVariables = Exact<{
  input: DisableUserInput;
}>;

export type DisableUserMutation = {
  readonly disableUser: {
    readonly user: { readonly id: string; readonly disabledAt: string | null; readonly disabledReason: string | null } | null;
    readonly userErrors: ReadonlyArray<{
      readonly code: UserErrorCode;
      readonly message: string;
      readonly field: ReadonlyArray<string> | null;
    }>;
  } | null;
};

export type EnableUserMutationVariables = Exact<{
  input: EnableUserInput;
}>;

export type EnableUserMutation = {
  readonly enableUser: {
    readonly user: { readonly id: string; readonly disabledAt: string | null; readonly disabledReason: string | null } | null;
    readonly userErrors: ReadonlyArray<{
      readonly code: UserErrorCode;
      readonly message: string;
      readonly field: ReadonlyArray<string> | null;
    }>;
  } | null;
};

export type ServerStatusQueryVariables = Exact<{ [key: string]: never }>;

export type ServerStatusQuery = {
  readonly serverStatus: {
    readonly revocationCheck: RevocationCheckMode;
    readonly liveRevocations: number;
    readonly blacklistVersion: number;
    readonly blacklistKnown: boolean;
    readonly liveConnections: number;
    readonly mirrorWhole: boolean | null;
    readonly nodes: ReadonlyArray<{ readonly id: string; readonly startedAt: string; readonly seenAt: string; readonly leaseMs: number }>;
  } | null;
};

export type EventAddedSubscriptionVariables = Exact<{
  userId?: string | null | undefined;
}>;

export type EventAddedSubscription = {
  readonly auditEventAdded: {
    readonly id: string;
    readonly at: string;
    readonly kind: AuditEventKind;
    readonly reason: string | null;
    readonly ipAddress: string | null;
    readonly userAgent: string | null;
    readonly userId: string | null;
  } | null;
};

export type RequestPasswordResetMutationVariables = Exact<{
  input: RequestPasswordResetInput;
}>;

export type RequestPasswordResetMutation = {
  readonly requestPasswordReset: {
    readonly userErrors: ReadonlyArray<{
      readonly code: UserErrorCode;
      readonly message: string;
      readonly field: ReadonlyArray<string> | null;
    }>;
  } | null;
};

export type ResetPasswordMutationVariables = Exact<{
  input: ResetPasswordInput;
}>;

export type ResetPasswordMutation = {
  readonly resetPassword: {
    readonly userErrors: ReadonlyArray<{
      readonly code: UserErrorCode;
      readonly message: string;
      readonly field: ReadonlyArray<string> | null;
    }>;
  } | null;
};

export type VerifyEmailMutationVariables = Exact<{
  input: VerifyEmailInput;
}>;

export type VerifyEmailMutation = {
  readonly verifyEmail: {
    readonly userErrors: ReadonlyArray<{
      readonly code: UserErrorCode;
      readonly message: string;
      readonly field: ReadonlyArray<string> | null;
    }>;
  } | null;
};

export type RequestEmailChangeMutationVariables = Exact<{
  input: RequestEmailChangeInput;
}>;

export type RequestEmailChangeMutation = {
  readonly requestEmailChange: {
    readonly userErrors: ReadonlyArray<{
      readonly code: UserErrorCode;
      readonly message: string;
      readonly field: ReadonlyArray<string> | null;
    }>;
  } | null;
};

export type ConfirmEmailChangeMutationVariables = Exact<{
  input: ConfirmEmailChangeInput;
}>;

export type ConfirmEmailChangeMutation = {
  readonly confirmEmailChange: {
    readonly userErrors: ReadonlyArray<{
      readonly code: UserErrorCode;
      readonly message: string;
      readonly field: ReadonlyArray<string> | null;
    }>;
  } | null;
};

export type RequestEmailVerificationMutationVariables = Exact<{ [key: string]: never }>;

export type RequestEmailVerificationMutation = {
  readonly requestEmailVerification: {
    readonly userErrors: ReadonlyArray<{
      readonly code: UserErrorCode;
      readonly message: string;
      readonly field: ReadonlyArray<string> | null;
    }>;
  } | null;
};

export type ServiceCredentialsQueryVariables = Exact<{ [key: string]: never }>;

export type ServiceCredentialsQuery = {
  readonly serviceCredentials: ReadonlyArray<{
    readonly id: string;
    readonly name: string;
    readonly audience: string;
    readonly createdAt: string;
    readonly revokedAt: string | null;
  }> | null;
};

export type CreateServiceCredentialMutationVariables = Exact<{
  input: CreateServiceCredentialInput;
}>;

export type CreateServiceCredentialMutation = {
  readonly createServiceCredential: {
    readonly credential: string | null;
    readonly userErrors: ReadonlyArray<{
      readonly code: UserErrorCode;
      readonly message: string;
      readonly field: ReadonlyArray<string> | null;
    }>;
  } | null;
};

export type RevokeServiceCredentialMutationVariables = Exact<{
  input: RevokeServiceCredentialInput;
}>;

export type RevokeServiceCredentialMutation = {
  readonly revokeServiceCredential: {
    readonly serviceCredential: { readonly id: string; readonly revokedAt: string | null } | null;
    readonly userErrors: ReadonlyArray<{
      readonly code: UserErrorCode;
      readonly message: string;
      readonly field: ReadonlyArray<string> | null;
    }>;
  } | null;
};

export const ME: TypedDocumentNode<MeQuery, MeQueryVariables> = gql`query Me{me{id email emailVerifiedAt name roles}}`;
export const SESSIONS: TypedDocumentNode<SessionsQuery, SessionsQueryVariables> =
  gql`query Sessions{sessions{id current deviceName userAgent ipAddress createdAt lastUsedAt expiresAt}}`;
export const EVENTS: TypedDocumentNode<EventsQuery, EventsQueryVariables> =
  gql`query Events($after:String){auditEvents(first:20 after:$after){nodes{id at kind reason ipAddress userAgent}pageInfo{hasNextPage endCursor}}}`;
export const SESSION_EVENTS: TypedDocumentNode<SessionEventsSubscription, SessionEventsSubscriptionVariables> =
  gql`subscription SessionEvents{sessionEvents{id kind sessionId}}`;
export const REAUTHENTICATE: TypedDocumentNode<ReauthenticateMutation, ReauthenticateMutationVariables> =
  gql`mutation Reauthenticate($input:ReauthenticateInput!){reauthenticate(input:$input){validUntil userErrors{code message field}}}`;
export const USERS: TypedDocumentNode<UsersQuery, UsersQueryVariables> =
  gql`query Users($search:String$after:String){users(first:20 search:$search after:$after){nodes{id email name roles disabledAt lastLoginAt}pageInfo{hasNextPage endCursor}}}`;
export const USER: TypedDocumentNode<UserQuery, UserQueryVariables> =
  gql`query User($id:ID!){user(id:$id){id email name roles createdAt lastLoginAt disabledAt disabledReason}userSessions(userId:$id){id current deviceName userAgent ipAddress createdAt lastUsedAt expiresAt}}`;
export const USER_EVENTS: TypedDocumentNode<UserEventsQuery, UserEventsQueryVariables> =
  gql`query UserEvents($id:ID!$after:String){auditEvents(first:20 userId:$id after:$after){nodes{id at kind reason ipAddress userAgent}pageInfo{hasNextPage endCursor}}}`;
export const REVOKE_USER_SESSIONS: TypedDocumentNode<RevokeUserSessionsMutation, RevokeUserSessionsMutationVariables> =
  gql`mutation RevokeUserSessions($input:RevokeUserSessionsInput!){revokeUserSessions(input:$input){endedSessions userErrors{code message field}}}`;
export const DISABLE_USER: TypedDocumentNode<DisableUserMutation, DisableUserMutationVariables> =
  gql`mutation DisableUser($input:DisableUserInput!){disableUser(input:$input){user{id disabledAt disabledReason}userErrors{code message field}}}`;
export const ENABLE_USER: TypedDocumentNode<EnableUserMutation, EnableUserMutationVariables> =
  gql`mutation EnableUser($input:EnableUserInput!){enableUser(input:$input){user{id disabledAt disabledReason}userErrors{code message field}}}`;
export const SERVER_STATUS: TypedDocumentNode<ServerStatusQuery, ServerStatusQueryVariables> =
  gql`query ServerStatus{serverStatus{revocationCheck liveRevocations blacklistVersion blacklistKnown liveConnections mirrorWhole nodes{id startedAt seenAt leaseMs}}}`;
export const EVENT_ADDED: TypedDocumentNode<EventAddedSubscription, EventAddedSubscriptionVariables> =
  gql`subscription EventAdded($userId:ID){auditEventAdded(userId:$userId){id at kind reason ipAddress userAgent userId}}`;
export const REQUEST_PASSWORD_RESET: TypedDocumentNode<RequestPasswordResetMutation, RequestPasswordResetMutationVariables> =
  gql`mutation RequestPasswordReset($input:RequestPasswordResetInput!){requestPasswordReset(input:$input){userErrors{code message field}}}`;
export const RESET_PASSWORD: TypedDocumentNode<ResetPasswordMutation, ResetPasswordMutationVariables> =
  gql`mutation ResetPassword($input:ResetPasswordInput!){resetPassword(input:$input){userErrors{code message field}}}`;
export const VERIFY_EMAIL: TypedDocumentNode<VerifyEmailMutation, VerifyEmailMutationVariables> =
  gql`mutation VerifyEmail($input:VerifyEmailInput!){verifyEmail(input:$input){userErrors{code message field}}}`;
export const REQUEST_EMAIL_CHANGE: TypedDocumentNode<RequestEmailChangeMutation, RequestEmailChangeMutationVariables> =
  gql`mutation RequestEmailChange($input:RequestEmailChangeInput!){requestEmailChange(input:$input){userErrors{code message field}}}`;
export const CONFIRM_EMAIL_CHANGE: TypedDocumentNode<ConfirmEmailChangeMutation, ConfirmEmailChangeMutationVariables> =
  gql`mutation ConfirmEmailChange($input:ConfirmEmailChangeInput!){confirmEmailChange(input:$input){userErrors{code message field}}}`;
export const REQUEST_EMAIL_VERIFICATION: TypedDocumentNode<RequestEmailVerificationMutation, RequestEmailVerificationMutationVariables> =
  gql`mutation RequestEmailVerification{requestEmailVerification{userErrors{code message field}}}`;
export const SERVICE_CREDENTIALS: TypedDocumentNode<ServiceCredentialsQuery, ServiceCredentialsQueryVariables> =
  gql`query ServiceCredentials{serviceCredentials{id name audience createdAt revokedAt}}`;
export const CREATE_SERVICE_CREDENTIAL: TypedDocumentNode<CreateServiceCredentialMutation, CreateServiceCredentialMutationVariables> =
  gql`mutation CreateServiceCredential($input:CreateServiceCredentialInput!){createServiceCredential(input:$input){credential userErrors{code message field}}}`;
export const REVOKE_SERVICE_CREDENTIAL: TypedDocumentNode<RevokeServiceCredentialMutation, RevokeServiceCredentialMutationVariables> =
  gql`mutation RevokeServiceCredential($input:RevokeServiceCredentialInput!){revokeServiceCredential(input:$input){serviceCredential{id revokedAt}userErrors{code message field}}}`;
