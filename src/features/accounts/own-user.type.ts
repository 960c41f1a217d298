/** Inputs and payloads of `changePassword`, `reauthenticate` and `deleteMe`. */
import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { UserErrorType } from '../../graphql/user-error.type.js';
import { OpenSessionPayload } from '../sessions/open-session.type.js';

@InputType({ description: 'The old password and the new one.' })
export class ChangePasswordInput {
  @Field(() => String, { description: 'The current password.' })
  currentPassword!: string;

  @Field(() => String, { description: '8 to 256 characters of any kind; common passwords are refused.' })
  newPassword!: string;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Whether the other sessions continue, through their refresh tokens. All earlier access tokens are revoked in any case.',
  })
  keepOtherSessions!: boolean;
}

@ObjectType({ description: 'The new tokens of this session; all tokens issued to it before are refused.' })
export class ChangePasswordPayload extends OpenSessionPayload {
  @Field(() => Int, { nullable: true, description: 'How many other sessions ended.' })
  endedSessions?: number;
}

@InputType({ description: 'The password, to confirm it again.' })
export class ReauthenticateInput {
  @Field(() => String, { description: 'The password of the caller.' })
  password!: string;
}

@ObjectType({ description: 'Until when destructive actions are allowed.' })
export class ReauthenticatePayload {
  @Field(() => GraphQLDateTime, { nullable: true, description: 'Until when this session may carry out destructive actions.' })
  validUntil?: Date;

  @Field(() => [UserErrorType], { description: 'What the user got wrong; empty on success.' })
  userErrors!: UserErrorType[];
}

@InputType({ description: 'The password of the user to delete.' })
export class DeleteMeInput {
  @Field(() => String, { description: 'The password of the caller.' })
  password!: string;
}

@ObjectType({ description: 'The user who was deleted.' })
export class DeleteMePayload {
  // Not `id`: caches that normalize by id would take the payload for another object with the user's id.
  @Field(() => ID, { nullable: true, description: 'The id that the user had.' })
  deletedUserId?: string;

  @Field(() => Int, { nullable: true, description: 'How many sessions ended.' })
  endedSessions?: number;

  @Field(() => [UserErrorType], { description: 'What the user got wrong; empty on success.' })
  userErrors!: UserErrorType[];
}
