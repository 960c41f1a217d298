/** Input and payload of `login`. */
import { Field, InputType, ObjectType } from 'type-graphql';
import { UserType } from '../users/user.type.js';
import { OpenSessionPayload } from './open-session.type.js';

export const DEVICE_NAME = 'A name for the list of sessions, such as "Work laptop".';

@InputType({ description: 'Credentials.' })
export class LoginInput {
  @Field(() => String, { description: 'The email address of the user; case does not matter.' })
  email!: string;

  @Field(() => String, { description: 'The password, exactly as it was chosen.' })
  password!: string;

  @Field(() => String, { nullable: true, description: DEVICE_NAME })
  deviceName?: string | null;
}

@ObjectType({ description: 'The tokens of a new session, or what the user got wrong.' })
export class LoginPayload extends OpenSessionPayload {
  @Field(() => UserType, { nullable: true, description: 'The user who has logged in.' })
  user?: UserType;
}
