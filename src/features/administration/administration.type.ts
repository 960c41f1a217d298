/** Inputs and payloads of what administrators do. */
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { UserErrorType } from '../../graphql/user-error.type.js';
import { UserType } from '../users/user.type.js';

const USER_ID = 'The id of the user.';
const REASON = 'Why, for the audit trail; at most 500 characters.';

@InputType({ description: 'Whose roles, and which.' })
export class SetUserRolesInput {
  @Field(() => ID, { description: USER_ID })
  userId!: string;

  @Field(() => [String], { description: 'All roles that the user has from now on, at most 20; capital letters, digits and underscores.' })
  roles!: string[];
}

@InputType({ description: 'Whom to disable.' })
export class DisableUserInput {
  @Field(() => ID, { description: USER_ID })
  userId!: string;

  @Field(() => String, { nullable: true, description: REASON })
  reason?: string | null;
}

@InputType({ description: 'Whom to enable.' })
export class EnableUserInput {
  @Field(() => ID, { description: USER_ID })
  userId!: string;

  @Field(() => String, { nullable: true, description: REASON })
  reason?: string | null;
}

@InputType({ description: 'Whose sessions to end.' })
export class RevokeUserSessionsInput {
  @Field(() => ID, { description: USER_ID })
  userId!: string;

  @Field(() => String, { nullable: true, description: REASON })
  reason?: string | null;
}

@InputType({ description: 'Who has to choose a new password.' })
export class RequirePasswordResetInput {
  @Field(() => ID, { description: USER_ID })
  userId!: string;

  @Field(() => String, { nullable: true, description: REASON })
  reason?: string | null;
}

@InputType({ description: 'Why everybody is logged out.' })
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

@ObjectType({ description: 'The user with the new roles; tokens with the old ones are dead.' })
export class SetUserRolesPayload extends AdministeredUserPayload {}

@ObjectType({ description: 'The user, who can no longer log in; every session has ended.' })
export class DisableUserPayload extends AdministeredUserPayload {}

@ObjectType({ description: 'The user, who can log in again.' })
export class EnableUserPayload extends AdministeredUserPayload {}

@ObjectType({ description: 'The user, whose sessions have ended.' })
export class RevokeUserSessionsPayload extends AdministeredUserPayload {}

@ObjectType({ description: 'The user, whose password and sessions are dead; a code for a new password is on its way by mail.' })
export class RequirePasswordResetPayload extends AdministeredUserPayload {}

@ObjectType({ description: 'Everybody is logged out, the caller included.' })
export class RevokeAllSessionsPayload {
  @Field(() => Int, { nullable: true, description: 'How many sessions ended.' })
  endedSessions?: number;

  @Field(() => [UserErrorType], { description: 'What the administrator got wrong; empty on success.' })
  userErrors!: UserErrorType[];
}
