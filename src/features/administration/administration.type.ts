/** Inputs and payloads of the mutations of administrators. */
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { UserErrorType } from '../../graphql/user-error.type.js';
import { UserType } from '../users/user.type.js';

const USER_ID = 'The id of the user.';
const REASON = 'The reason, for the audit trail; at most 500 characters.';

@InputType({ description: 'The user and their new roles.' })
export class SetUserRolesInput {
  @Field(() => ID, { description: USER_ID })
  userId!: string;

  @Field(() => [String], {
    description: 'All roles that the user has from now on: at most 20, of capital letters, digits and underscores.',
  })
  roles!: string[];
}

@InputType({ description: 'The user to disable.' })
export class DisableUserInput {
  @Field(() => ID, { description: USER_ID })
  userId!: string;

  @Field(() => String, { nullable: true, description: REASON })
  reason?: string | null;
}

@InputType({ description: 'The user to enable.' })
export class EnableUserInput {
  @Field(() => ID, { description: USER_ID })
  userId!: string;

  @Field(() => String, { nullable: true, description: REASON })
  reason?: string | null;
}

@InputType({ description: 'The user whose sessions to end.' })
export class RevokeUserSessionsInput {
  @Field(() => ID, { description: USER_ID })
  userId!: string;

  @Field(() => String, { nullable: true, description: REASON })
  reason?: string | null;
}

@InputType({ description: 'The user who must choose a new password.' })
export class RequirePasswordResetInput {
  @Field(() => ID, { description: USER_ID })
  userId!: string;

  @Field(() => String, { nullable: true, description: REASON })
  reason?: string | null;
}

@InputType({ description: 'The reason for logging all users out.' })
export class RevokeAllSessionsInput {
  @Field(() => String, { nullable: true, description: REASON })
  reason?: string | null;
}

@ObjectType()
abstract class AdministeredUserPayload {
  @Field(() => UserType, { nullable: true, description: 'The user as it is now.' })
  user?: UserType;

  @Field(() => Int, { nullable: true, description: 'How many sessions ended.' })
  endedSessions?: number;

  @Field(() => [UserErrorType], { description: 'What the administrator got wrong; empty on success.' })
  userErrors!: UserErrorType[];
}

@ObjectType({ description: 'The user with the new roles; access tokens with the old ones are revoked.' })
export class SetUserRolesPayload extends AdministeredUserPayload {}

@ObjectType({ description: 'The user, who can no longer log in; every session has ended.' })
export class DisableUserPayload extends AdministeredUserPayload {}

@ObjectType({ description: 'The user, who can log in again.' })
export class EnableUserPayload extends AdministeredUserPayload {}

@ObjectType({ description: 'The user, whose sessions have ended.' })
export class RevokeUserSessionsPayload extends AdministeredUserPayload {}

@ObjectType({
  description:
    'The user, whose password no longer works and whose sessions have ended. A code for a new password is mailed, unless the user is disabled.',
})
export class RequirePasswordResetPayload extends AdministeredUserPayload {}

@ObjectType({ description: 'All users are logged out, including the caller.' })
export class RevokeAllSessionsPayload {
  @Field(() => Int, {
    nullable: true,
    description: 'How many sessions ended; null if there were more than 10,000, or if none ended because of an error.',
  })
  endedSessions?: number | null;

  @Field(() => [UserErrorType], { description: 'What the administrator got wrong; empty on success.' })
  userErrors!: UserErrorType[];
}
