/** Inputs and payloads of what is done with email addresses: verify, change. */
import { Field, InputType, ObjectType } from 'type-graphql';
import { UserErrorType } from '../../graphql/user-error.type.js';

@ObjectType({ description: 'Whether a mail is on its way.' })
export class RequestEmailVerificationPayload {
  @Field(() => [UserErrorType], { description: 'What the user got wrong; empty on success.' })
  userErrors!: UserErrorType[];
}

@InputType({ description: 'A code that was mailed to the address of a user.' })
export class VerifyEmailInput {
  @Field(() => String, { description: 'The code that was mailed.' })
  code!: string;
}

@ObjectType({ description: 'Whether the address is verified.' })
export class VerifyEmailPayload {
  @Field(() => [UserErrorType], { description: 'What the user got wrong; empty on success.' })
  userErrors!: UserErrorType[];
}

@InputType({ description: 'The address that the caller wants to log in with.' })
export class RequestEmailChangeInput {
  @Field(() => String, { description: 'The new email address; a code is mailed to it.' })
  newEmail!: string;
}

@ObjectType({ description: 'The same for every address, whether or not somebody is registered with it.' })
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
