/** Inputs and payloads of what users do with their own credentials: `changePassword`, `reauthenticate`, `deleteMe`. */
import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { UserErrorType } from '../../graphql/user-error.type.js';
import { OpenSessionPayload } from '../sessions/open-session.type.js';

@InputType({ description: 'The old password and the new one.' })
export class ChangePasswordInput {
  @Field(() => String, { description: 'The password as it is.' })
  currentPassword!: string;

  @Field(() => String, { description: '8 to 256 characters of any kind; common passwords are refused.' })
  newPassword!: string;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Whether the other sessions go on, through their refresh tokens; every access token from before dies in any case.',
  })
  keepOtherSessions!: boolean;
}

@ObjectType({ description: 'The new tokens of the own session; everything from before the change is dead.' })
export class ChangePasswordPayload extends OpenSessionPayload {
  @Field(() => Int, { nullable: true, description: 'How many other sessions ended.' })
  endedSessions?: number;
}

@InputType({ description: 'The password, shown again.' })
export class ReauthenticateInput {
  @Field(() => String, { description: 'The password of the caller.' })
  password!: string;
}

@ObjectType({ description: 'For how long destructive actions are admitted.' })
export class ReauthenticatePayload {
  @Field(() => GraphQLDateTime, { nullable: true, description: 'Until when they are admitted in this session.' })
  validUntil?: Date;

  @Field(() => [UserErrorType], { description: 'What the user got wrong; empty on success.' })
  userErrors!: UserErrorType[];
}

@InputType({ description: 'The password of the user who goes.' })
export class DeleteMeInput {
  @Field(() => String, { description: 'The password of the caller.' })
  password!: string;
}

@ObjectType({ description: 'The user that was removed.' })
export class DeleteMePayload {
  @Field(() => ID, { nullable: true, description: 'The id that the user had.' })
  id?: string;

  @Field(() => Int, { nullable: true, description: 'How many sessions ended.' })
  endedSessions?: number;

  @Field(() => [UserErrorType], { description: 'What the user got wrong; empty on success.' })
  userErrors!: UserErrorType[];
}
