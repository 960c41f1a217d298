/** Inputs and payloads of `login` and `register`. */
import { Field, InputType, ObjectType } from 'type-graphql';
import { OpenSessionPayload } from './open-session.type.js';
import { UserType } from './user.type.js';

const DEVICE_NAME = 'A name for the list of sessions, such as "Work laptop".';

@InputType({ description: 'Credentials.' })
export class LoginInput {
  @Field(() => String, { description: 'The email address of the user; case does not matter.' })
  email!: string;

  @Field(() => String, { description: 'The password, exactly as it was chosen.' })
  password!: string;

  @Field(() => String, { nullable: true, description: DEVICE_NAME })
  deviceName?: string | null;
}

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

@ObjectType({ description: 'The tokens of a new session, or what the user got wrong.' })
export class LoginPayload extends OpenSessionPayload {
  @Field(() => UserType, { nullable: true, description: 'Who has logged in.' })
  user?: UserType;
}

@ObjectType({ description: 'The tokens of the first session of a new user, or what the user got wrong.' })
export class RegisterPayload extends OpenSessionPayload {
  @Field(() => UserType, { nullable: true, description: 'Who has registered.' })
  user?: UserType;
}
