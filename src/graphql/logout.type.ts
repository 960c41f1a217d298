/** Input and payload of `logout`. */
import { GraphQLDateTime } from 'graphql-scalars';
import { Field, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { LogoutScope } from '../domain/logout.js';
import { UserErrorType } from './user-error.type.js';

const SCOPES: Readonly<Record<LogoutScope, LogoutScope>> = { CURRENT: 'CURRENT', OTHERS: 'OTHERS', ALL: 'ALL' };

registerEnumType(SCOPES, {
  name: 'LogoutScope',
  description: 'Which sessions of the user a logout ends.',
  valuesConfig: {
    CURRENT: { description: 'The session of the tokens in the request.' },
    OTHERS: { description: 'All but the session of the access token, which must be live.' },
    ALL: { description: 'All; the access token must be live.' },
  },
});

@InputType({ description: 'What to log out.' })
export class LogoutInput {
  @Field(() => SCOPES, { defaultValue: 'CURRENT', description: 'Which sessions end.' })
  scope?: LogoutScope;

  @Field(() => String, {
    nullable: true,
    description:
      'The refresh token, for a client that has no access token any more. Of another session than the access token, it ends that one too.',
  })
  refreshToken?: string | null;
}

@ObjectType({ description: 'What a logout did. Once it is answered, no token of an ended session is accepted.' })
export class LogoutPayload {
  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the logout took effect.' })
  loggedOutAt?: Date;

  @Field(() => Int, { description: 'How many sessions this logout ended; 0 if they had been ended before.' })
  endedSessions!: number;

  @Field(() => [UserErrorType], { description: 'What the user got wrong; empty on success.' })
  userErrors!: UserErrorType[];
}
