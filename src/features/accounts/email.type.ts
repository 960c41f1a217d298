/** Inputs and payloads of the mutations that verify or change email addresses. */
import { Field, InputType, ObjectType } from 'type-graphql';
import { UserErrorType } from '../../graphql/user-error.type.js';

@ObjectType({ description: 'Whether the request was accepted.' })
export class RequestEmailVerificationPayload {
  @Field(() => [UserErrorType], { description: 'What the user got wrong; empty on success.' })
  userErrors!: UserErrorType[];
}

@InputType({ description: 'A code that was mailed to the address to verify.' })
export class VerifyEmailInput {
  @Field(() => String, { description: 'The code that was mailed.' })
  code!: string;
}

@ObjectType({ description: 'Whether the address is verified.' })
export class VerifyEmailPayload {
  @Field(() => [UserErrorType], { description: 'What the user got wrong; empty on success.' })
  userErrors!: UserErrorType[];
}

@InputType({ description: 'The address with which the caller wants to log in from now on.' })
export class RequestEmailChangeInput {
  @Field(() => String, { description: 'The new email address; a code is mailed to it.' })
  newEmail!: string;
}

@ObjectType({ description: 'The answer is the same for every address, whether or not a user is registered with it.' })
export class RequestEmailChangePayload {
  @Field(() => [UserErrorType], { description: 'What the user got wrong; empty on success.' })
  userErrors!: UserErrorType[];
}

@InputType({ description: 'A code that was mailed to the new address.' })
export class ConfirmEmailChangeInput {
  @Field(() => String, { description: 'The code that was mailed.' })
  code!: string;
}

@ObjectType({ description: 'Whether the address was changed.' })
export class ConfirmEmailChangePayload {
  @Field(() => [UserErrorType], { description: 'What the user got wrong; empty on success.' })
  userErrors!: UserErrorType[];
}
