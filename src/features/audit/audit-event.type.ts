/** The GraphQL type AuditEvent and the enum of its kinds. */
import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { connectionTypeOf } from '../../graphql/connection.type.js';
import type { AuditKind, RecordedEvent } from './audit.js';

/** Kinds may be added but never removed: clients must still be able to read old events. */
const KINDS: Readonly<Record<AuditKind, string>> = {
  'user.registered': 'A user registered.',
  'user.created': 'The operator created a user.',
  'user.deleted': 'A user was deleted.',
  'user.disabled': 'A user was disabled and can no longer log in; the reason is the one that was given.',
  'user.enabled': 'A disabled user may log in again.',
  'user.roles-changed': 'The roles of a user were changed.',
  'user.sessions-revoked': 'An administrator or the operator ended all sessions of a user.',
  'user.email-verified': 'A user verified their email address.',
  'user.email-changed': 'The email address of a user was changed.',
  'user.email-change-requested': 'A user asked to change their email address.',
  'user.password-changed': 'A user changed their password.',
  'user.password-reset-requested': 'Somebody asked for a mail to reset a lost password.',
  'user.password-reset': 'A password was reset.',
  'user.password-reset-required': 'An administrator or the operator required a user to choose a new password.',
  'login.failed': 'A login failed.',
  'login.rate-limited': 'A failed attempt reached a limit. Further attempts are refused for a while and leave no event.',
  'reauthentication.done': 'A user confirmed their password again in a session.',
  'reauthentication.failed': 'A user gave a wrong password in a session.',
  'refresh.failed': 'A refresh failed.',
  'session.started': 'A login succeeded and a session started.',
  'session.refreshed': 'A refresh token was exchanged for the next pair.',
  'session.ended': 'A session ended; the reason says how, such as `LOGOUT` or `EXPIRED`.',
  'session.access-tokens-revoked': 'The access tokens of a session were revoked; the session continues at the next refresh.',
  'sessions.all-ended': 'All sessions of all users were ended.',
  'service-credential.created': 'A credential for another service was created; the reason is its id.',
  'service-credential.revoked': 'The credential of another service was revoked; the reason is its id.',
  'signing-key.rotated': 'A new signing key was created; the reason is its `kid`.',
  'signing-key.revoked': 'A signing key was revoked, and with it every token that it signed; the reason is its `kid`.',
};

/** `session.ended` is `SESSION_ENDED` to clients. */
const nameOf = (kind: string) => kind.toUpperCase().replace(/[.-]/g, '_');

export const AuditEventKind = Object.fromEntries(Object.keys(KINDS).map((kind) => [nameOf(kind), kind]));

registerEnumType(AuditEventKind, {
  name: 'AuditEventKind',
  description: 'The kind of an audit event. More kinds may be added.',
  valuesConfig: Object.fromEntries(Object.entries(KINDS).map(([kind, description]) => [nameOf(kind), { description }])),
});

@ObjectType('AuditEvent', { description: 'An entry of the audit trail: what happened, to whom, when, from where and why.' })
export class AuditEventType implements RecordedEvent {
  @Field(() => ID, { description: 'The id of the event.' })
  id!: string;

  @Field(() => GraphQLDateTime, { description: 'When it happened.' })
  at!: Date;

  @Field(() => AuditEventKind, { description: 'What happened.' })
  kind!: AuditKind;

  @Field(() => ID, { nullable: true, description: 'The user concerned; null if the event is about no user or an unknown one.' })
  userId!: string | null;

  @Field(() => ID, { nullable: true, description: 'The session concerned.' })
  sessionId!: string | null;

  @Field(() => String, { description: 'Who did it: the id of a user, `command-line`, or `server`.' })
  actor!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The reason: a code, or a text by an administrator, which only administrators see.',
  })
  reason!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The IP address of the request. For actions of an administrator, only administrators see it.',
  })
  ipAddress!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The User-Agent header of the request. For actions of an administrator, only administrators see it.',
  })
  userAgent!: string | null;
}

export const AuditEventConnection = connectionTypeOf('AuditEvent', AuditEventType);
