/** The type AuditEvent and the enum of its kinds. */
import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { connectionTypeOf } from '../../graphql/connection.type.js';
import type { AuditKind, RecordedEvent } from './audit.js';

/** Kinds are added, never taken away: the events of old ones are still there to be read. */
const KINDS: Readonly<Record<AuditKind, string>> = {
  'user.registered': 'A user has registered.',
  'user.created': 'A user was made by the operator.',
  'user.deleted': 'A user was deleted.',
  'user.disabled': 'A user was forbidden to log in; the reason is what was written down for it.',
  'user.enabled': 'A user may log in again.',
  'user.roles-changed': 'The roles of a user were changed.',
  'user.sessions-revoked': 'All sessions of a user were ended by an administrator or the operator.',
  'user.email-verified': 'An email address was shown to be its user’s.',
  'user.email-changed': 'The email address of a user was changed.',
  'user.email-change-requested': 'A user asked for another email address.',
  'user.password-changed': 'A user changed the password.',
  'user.password-reset-requested': 'Somebody asked for a new password because the old one is lost.',
  'user.password-reset': 'A lost password was replaced.',
  'user.password-reset-required': 'An administrator demanded a new password.',
  'login.failed': 'A login failed.',
  'login.rate-limited': 'A failed attempt used up a budget: those that follow are refused for a while, and leave no event.',
  'reauthentication.done': 'The password was shown again in a session.',
  'reauthentication.failed': 'A wrong password was shown in a session.',
  'refresh.failed': 'A refresh failed.',
  'session.started': 'A login succeeded: a session began.',
  'session.refreshed': 'A refresh token was exchanged for the next pair.',
  'session.ended': 'A session ended; the reason says how, such as `LOGOUT` or `EXPIRED`.',
  'session.access-tokens-revoked': 'The access tokens of a session were killed; the session goes on at the next refresh.',
  'sessions.all-ended': 'All sessions of everybody were ended.',
  'signing-key.rotated': 'A new signing key was made; the reason is its `kid`.',
  'signing-key.revoked': 'A signing key was revoked, and every token that it had signed; the reason is its `kid`.',
};

/** `session.ended` is `SESSION_ENDED` to clients. */
const nameOf = (kind: string) => kind.toUpperCase().replace(/[.-]/g, '_');

export const AuditEventKind = Object.fromEntries(Object.keys(KINDS).map((kind) => [nameOf(kind), kind]));

registerEnumType(AuditEventKind, {
  name: 'AuditEventKind',
  description: 'What happened. More kinds may be added.',
  valuesConfig: Object.fromEntries(Object.entries(KINDS).map(([kind, description]) => [nameOf(kind), { description }])),
});

@ObjectType('AuditEvent', { description: 'Something that happened: what, to whom, when, from where and why.' })
export class AuditEventType implements RecordedEvent {
  @Field(() => ID, { description: 'The id of the event.' })
  id!: string;

  @Field(() => GraphQLDateTime, { description: 'When it happened.' })
  at!: Date;

  @Field(() => AuditEventKind, { description: 'What happened.' })
  kind!: AuditKind;

  @Field(() => ID, { nullable: true, description: 'The user to whom it happened; null when it is about nobody, or nobody known.' })
  userId!: string | null;

  @Field(() => ID, { nullable: true, description: 'The session that it is about.' })
  sessionId!: string | null;

  @Field(() => String, { description: 'Who did it: the id of a user, `command-line`, or `server`.' })
  actor!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Why: a code, or the words of an administrator, which only administrators see.',
  })
  reason!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The address that it came from. Of what an administrator did, only administrators see it.',
  })
  ipAddress!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The User-Agent header of the request. Of what an administrator did, only administrators see it.',
  })
  userAgent!: string | null;
}

export const AuditEventConnection = connectionTypeOf('AuditEvent', AuditEventType);
