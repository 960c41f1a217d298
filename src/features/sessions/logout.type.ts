/** Input and payload of `logout`. */
import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Float, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { UserErrorType } from '../../graphql/user-error.type.js';
import type { Confirmation } from '../../revocation/coordinator.js';
import type { LogoutScope } from './logout.js';

const SCOPES: Readonly<Record<LogoutScope, LogoutScope>> = { CURRENT: 'CURRENT', OTHERS: 'OTHERS', ALL: 'ALL' };

const CONFIRMATIONS = { SINGLE_NODE: 'single-node', ACKNOWLEDGED: 'acknowledged', LEASE_EXPIRY: 'lease-expiry', REDIS: 'redis' } as const;

registerEnumType(CONFIRMATIONS, {
  name: 'LogoutConfirmedBy',
  description: 'How it was made sure that no node accepts the tokens any more.',
  valuesConfig: {
    SINGLE_NODE: { description: 'No other node answers from memory.' },
    ACKNOWLEDGED: { description: 'Every other node has said so.' },
    LEASE_EXPIRY: { description: 'Not every node has said so, and none can accept anything without having asked the database since.' },
    REDIS: { description: 'It is in Redis, which is asked at every check.' },
  },
});

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

@ObjectType({ description: 'How a logout came to be in force on every node.' })
export class LogoutConfirmation {
  @Field(() => CONFIRMATIONS, { description: 'What made it sure.' })
  by!: Confirmation['by'];

  @Field(() => Int, { description: 'How many nodes there are, the one that answers included.' })
  nodes!: number;

  @Field(() => Int, { description: 'How many of them have said that it is in force there.' })
  acknowledged!: number;

  @Field(() => Float, { description: 'How long the answer waited for that after the commit, in milliseconds.' })
  waitedMs!: number;
}

@ObjectType({ description: 'What a logout did. Once it is answered, no token of an ended session is accepted.' })
export class LogoutPayload {
  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the logout took effect.' })
  loggedOutAt?: Date;

  @Field(() => Int, { description: 'How many sessions this logout ended; 0 if they had been ended before.' })
  endedSessions!: number;

  @Field(() => LogoutConfirmation, {
    nullable: true,
    description: 'How it came to be in force everywhere; null if nothing was logged out.',
  })
  confirmation?: LogoutConfirmation;

  @Field(() => [UserErrorType], { description: 'What the user got wrong; empty on success.' })
  userErrors!: UserErrorType[];
}
