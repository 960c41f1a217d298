/** Inputs and payloads of `requestPasswordReset` and `resetPassword`. */
import { Field, InputType, ObjectType } from 'type-graphql';
import { UserErrorType } from '../../graphql/user-error.type.js';

@InputType({ description: 'The user whose password is lost.' })
export class RequestPasswordResetInput {
  @Field(() => String, { description: 'The email address of the user.' })
  email!: string;
}

@ObjectType({ description: 'The answer is the same for every address, whether or not a user is registered with it.' })
export class RequestPasswordResetPayload {
  @Field(() => [UserErrorType], { description: 'What the user got wrong; empty on success.' })
  userErrors!: UserErrorType[];
}

@InputType({ description: 'The code that was mailed, and the new password.' })
export class ResetPasswordInput {
  @Field(() => String, { description: 'The code that was mailed.' })
  code!: string;

  @Field(() => String, { description: '8 to 256 characters of any kind; common passwords are refused.' })
  newPassword!: string;
}

@ObjectType({ description: 'Whether the password was changed. It opens no session.' })
export class ResetPasswordPayload {
  @Field(() => [UserErrorType], { description: 'What the user got wrong; empty on success.' })
  userErrors!: UserErrorType[];
}
