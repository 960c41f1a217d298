/** The type Session. */
import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, ObjectType } from 'type-graphql';
import type { Session } from './sessions.js';

@ObjectType('Session', { description: 'One login on one device, until logout or expiry.' })
export class SessionType {
  @Field(() => ID, { description: 'The claim `sid` of the access tokens of this session.' })
  id!: string;

  @Field(() => Boolean, { description: 'Whether it is the session of this request, or the one that this request has just opened.' })
  current!: boolean;

  @Field(() => String, { nullable: true, description: 'The name that the client gave the device at login.' })
  deviceName!: string | null;

  @Field(() => String, { nullable: true, description: 'The User-Agent header at login.' })
  userAgent!: string | null;

  @Field(() => String, { nullable: true, description: 'The address that the login came from.' })
  ipAddress!: string | null;

  @Field(() => GraphQLDateTime, { description: 'When the login happened.' })
  createdAt!: Date;

  @Field(() => GraphQLDateTime, {
    description: 'When the user last entered the password in this session: at login, or with `reauthenticate`.',
  })
  authenticatedAt!: Date;

  @Field(() => GraphQLDateTime, { description: 'The last login or refresh; other requests do not change it.' })
  lastUsedAt!: Date;

  @Field(() => GraphQLDateTime, { description: 'When the session ends unless it is refreshed before.' })
  idleExpiresAt!: Date;

  @Field(() => GraphQLDateTime, { description: 'When the session ends, even if it is refreshed.' })
  expiresAt!: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it ended; null while it is live.' })
  endedAt!: Date | null;
}

/** Only the fields of the type: resolvers and middlewares of an application get this object, and the row has hashes too. */
export function toSessionType(session: Session, currentSid: string | null): SessionType {
  const { id, deviceName, userAgent, ipAddress, createdAt, authenticatedAt, lastUsedAt, idleExpiresAt, expiresAt, endedAt } = session;
  const current = id === currentSid;
  return { id, current, deviceName, userAgent, ipAddress, createdAt, authenticatedAt, lastUsedAt, idleExpiresAt, expiresAt, endedAt };
}
