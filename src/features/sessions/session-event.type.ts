/** The type SessionEvent: what happens to the sessions of a user. */
import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import type { AuditKind, RecordedEvent } from '../audit/audit.js';
import type { EndingReason } from '../endings/ending-steps.js';

export const SessionEventKind = {
  CREATED: 'session.started',
  REFRESHED: 'session.refreshed',
  ENDED: 'session.ended',
} as const satisfies Record<string, AuditKind>;

registerEnumType(SessionEventKind, {
  name: 'SessionEventKind',
  description: 'What happened to a session.',
  valuesConfig: {
    CREATED: { description: 'A login: the session began.' },
    REFRESHED: { description: 'Its refresh token was exchanged.' },
    ENDED: { description: 'It ended: its tokens are refused.' },
  },
});

const REASONS: Readonly<Record<EndingReason, string>> = {
  LOGOUT: 'The user logged out of it.',
  LOGOUT_OTHERS: 'The user logged out of all other sessions.',
  LOGOUT_ALL: 'The user logged out everywhere.',
  REVOKED_BY_USER: 'The user ended it from another session.',
  REVOKED_BY_ADMIN: 'An administrator or the operator ended it.',
  PASSWORD_CHANGED: 'The password was changed.',
  PASSWORD_RESET: 'A lost password was reset.',
  PASSWORD_RESET_REQUIRED: 'An administrator demanded a new password.',
  EMAIL_CHANGED: 'The email address was changed.',
  ALL_REVOKED: 'All sessions of all users were ended.',
  ROLES_CHANGED: 'The roles of the user were changed.',
  REFRESH_TOKEN_REUSED: 'A refresh token was used a second time: it may have been stolen.',
  USER_DISABLED: 'The user was disabled.',
  USER_DELETED: 'The user was deleted.',
  SESSION_LIMIT: 'The user had too many sessions, and this was the least recently used.',
  EXPIRED: 'It was unused for too long, or reached the maximum lifetime of a session.',
};

export const SessionEndReason = Object.fromEntries(Object.keys(REASONS).map((reason) => [reason, reason]));

registerEnumType(SessionEndReason, {
  name: 'SessionEndReason',
  description: 'Why a session ended. More reasons may be added.',
  valuesConfig: Object.fromEntries(Object.entries(REASONS).map(([reason, description]) => [reason, { description }])),
});

@ObjectType('SessionEvent', { description: 'Something that happened to a session of the caller.' })
export class SessionEventType {
  @Field(() => ID, { description: 'The id of the event, for `after`. An event that arrives twice has the same id.' })
  id!: string;

  @Field(() => GraphQLDateTime, { description: 'When it happened.' })
  at!: Date;

  @Field(() => SessionEventKind, { description: 'What happened.' })
  kind!: AuditKind;

  @Field(() => ID, { description: 'The session.' })
  sessionId!: string;

  @Field(() => Boolean, { description: 'Whether it is the session of this subscription.' })
  current!: boolean;

  @Field(() => SessionEndReason, { nullable: true, description: 'Why it ended; null while it is live.' })
  reason!: string | null;
}

/** The same event has another id as an AuditEvent: caches that normalize by id would take the two for one object. */
const ID_PREFIX = 'se_';

/** The id of the audit event behind a SessionEvent; an empty text, which names no event, if the id is not that of a SessionEvent. */
export function toAuditEventId(sessionEventId: string): string {
  return sessionEventId.startsWith(ID_PREFIX) ? sessionEventId.slice(ID_PREFIX.length) : '';
}

export function toSessionEvent({ id, at, kind, sessionId, reason }: RecordedEvent, currentSid: string): SessionEventType {
  return { id: `${ID_PREFIX}${id}`, at, kind, sessionId: sessionId ?? '', current: sessionId === currentSid, reason };
}
