/** Inputs and payloads of `register` and `confirmRegistration`. */
import { Field, InputType, ObjectType } from 'type-graphql';
import { DEVICE_NAME } from '../sessions/login.type.js';
import { OpenSessionPayload } from '../sessions/open-session.type.js';
import { UserType } from '../users/user.type.js';

@InputType({ description: 'A new user.' })
export class RegisterInput {
  @Field(() => String, { description: 'The email address to log in with.' })
  email!: string;

  @Field(() => String, { description: '8 to 256 characters of any kind; common passwords are refused.' })
  password!: string;

  @Field(() => String, { nullable: true, description: 'What the user wants to be called.' })
  name?: string | null;

  @Field(() => String, { nullable: true, description: DEVICE_NAME })
  deviceName?: string | null;
}

@ObjectType({ description: 'The tokens of the first session of a new user, or a note that a mail was sent, or what the user got wrong.' })
export class RegisterPayload extends OpenSessionPayload {
  @Field(() => UserType, { nullable: true, description: 'The new user.' })
  user?: UserType;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'True when a mail was sent and `confirmRegistration` needs its code, whether or not the address was free; there are no tokens then. False when the user is logged in.',
  })
  confirmationSent?: boolean;
}

@InputType({ description: 'The code of a registration, and the password chosen there.' })
export class ConfirmRegistrationInput {
  @Field(() => String, { description: 'The code that was mailed.' })
  code!: string;

  @Field(() => String, {
    description: 'The password chosen at registration. Because it is required, nobody gains from registering somebody else’s address.',
  })
  password!: string;

  @Field(() => String, { nullable: true, description: DEVICE_NAME })
  deviceName?: string | null;
}

@ObjectType({ description: 'The tokens of the first session of a new user, or what the user got wrong.' })
export class ConfirmRegistrationPayload extends OpenSessionPayload {
  @Field(() => UserType, { nullable: true, description: 'The new user.' })
  user?: UserType;
}
