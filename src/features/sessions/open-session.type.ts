/** The fields that login, registration and refresh have in common: a session and its tokens. */
import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ObjectType } from 'type-graphql';
import type { RequestContext } from '../../caller/caller.js';
import { UserErrorType } from '../../graphql/user-error.type.js';
import { SessionType, toSessionType } from './session.type.js';
import type { OpenSession } from './sessions.js';

@ObjectType()
export abstract class OpenSessionPayload {
  @Field(() => String, { nullable: true, description: 'Send it as `Authorization: Bearer <accessToken>`. Keep it in memory.' })
  accessToken?: string;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the access token expires.' })
  expiresAt?: Date;

  @Field(() => String, {
    nullable: true,
    description: 'Exchange it once, with `refreshToken`, for the next pair. Keep it secret. Null when it is kept in a cookie.',
  })
  refreshToken?: string | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the refresh token expires if it is not used.' })
  refreshExpiresAt?: Date;

  @Field(() => SessionType, { nullable: true, description: 'The session that the tokens belong to.' })
  session?: SessionType;

  @Field(() => [UserErrorType], { description: 'What the user got wrong; empty on success.' })
  userErrors!: UserErrorType[];
}

export function openSessionFields({ session, tokens }: OpenSession) {
  return {
    accessToken: tokens.accessToken,
    expiresAt: new Date(tokens.accessTokenExpiresAt),
    refreshToken: tokens.refreshToken,
    refreshExpiresAt: session.idleExpiresAt,
    session: toSessionType(session, session.id),
  };
}

/** Puts the refresh token where the client wants it: into the answer, or into a cookie (R30). */
export function deliver<Payload extends Pick<OpenSessionPayload, 'refreshToken' | 'refreshExpiresAt'>>(
  payload: Payload,
  { refreshCookie }: RequestContext,
): Payload {
  const { refreshToken, refreshExpiresAt } = payload;
  if (refreshCookie === null || !refreshToken || refreshExpiresAt === undefined) return payload;
  refreshCookie.give(refreshToken, refreshExpiresAt);
  return { ...payload, refreshToken: null };
}
