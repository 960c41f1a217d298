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
  description: 'How the server made sure that no node still accepts the tokens.',
  valuesConfig: {
    SINGLE_NODE: { description: 'No other node answers from memory.' },
    ACKNOWLEDGED: { description: 'Every other node has confirmed the logout.' },
    LEASE_EXPIRY: {
      description:
        'Some node has not confirmed the logout, but its lease has expired: it accepts no token until it has asked the database.',
    },
    REDIS: { description: 'The logout is in Redis, which every check asks.' },
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

@InputType({ description: 'Which sessions to end.' })
export class LogoutInput {
  @Field(() => SCOPES, { defaultValue: 'CURRENT', description: 'Which sessions end.' })
  scope?: LogoutScope;

  @Field(() => String, {
    nullable: true,
    description: 'The refresh token, for a client that no longer has an access token. If it belongs to another session, that one ends too.',
  })
  refreshToken?: string | null;
}

@ObjectType({ description: 'How a logout took effect on every node and every strict verifier.' })
export class LogoutConfirmation {
  @Field(() => CONFIRMATIONS, { description: 'The way in which it was confirmed.' })
  by!: Confirmation['by'];

  @Field(() => Int, { description: 'How many nodes and strict verifiers there are, including the node that answers.' })
  nodes!: number;

  @Field(() => Int, { description: 'How many of them have confirmed the logout.' })
  acknowledged!: number;

  @Field(() => Float, { description: 'How long the answer waited for confirmation after the commit, in milliseconds.' })
  waitedMs!: number;
}

@ObjectType({ description: 'The result of a logout. Once the server answers, no token of an ended session is accepted.' })
export class LogoutPayload {
  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the logout took effect.' })
  loggedOutAt?: Date;

  @Field(() => Int, { description: 'How many sessions this logout ended; 0 if they had been ended before.' })
  endedSessions!: number;

  @Field(() => LogoutConfirmation, {
    nullable: true,
    description: 'How the logout took effect on every node; null if nothing was logged out.',
  })
  confirmation?: LogoutConfirmation;

  @Field(() => [UserErrorType], { description: 'What the user got wrong; empty on success.' })
  userErrors!: UserErrorType[];
}
