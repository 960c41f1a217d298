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

@ObjectType({ description: 'The tokens of the first session of a new user, or that a mail is on its way, or what the user got wrong.' })
export class RegisterPayload extends OpenSessionPayload {
  @Field(() => UserType, { nullable: true, description: 'Who has registered.' })
  user?: UserType;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'True when a mail was sent and `confirmRegistration` wants its code, whether or not the address was free: then there are no tokens. False when the user is logged in.',
  })
  confirmationSent?: boolean;
}

@InputType({ description: 'The code of a registration, and the password that was chosen.' })
export class ConfirmRegistrationInput {
  @Field(() => String, { description: 'The code that was mailed.' })
  code!: string;

  @Field(() => String, {
    description: 'The password of the registration: so it is of no use to register with the address of somebody else.',
  })
  password!: string;

  @Field(() => String, { nullable: true, description: DEVICE_NAME })
  deviceName?: string | null;
}

@ObjectType({ description: 'The tokens of the first session of a new user, or what the user got wrong.' })
export class ConfirmRegistrationPayload extends OpenSessionPayload {
  @Field(() => UserType, { nullable: true, description: 'Who has registered.' })
  user?: UserType;
}
