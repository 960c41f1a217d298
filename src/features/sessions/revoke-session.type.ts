/** Input and payload of `revokeSession`. */
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { UserErrorType } from '../../graphql/user-error.type.js';
import { SessionType } from './session.type.js';

@InputType({ description: 'The session to end.' })
export class RevokeSessionInput {
  @Field(() => ID, { description: 'The id of a session of the caller.' })
  sessionId!: string;
}

@ObjectType({ description: 'The session that was ended.' })
export class RevokeSessionPayload {
  @Field(() => SessionType, { nullable: true, description: 'The session as it is now.' })
  session?: SessionType;

  @Field(() => [UserErrorType], { description: 'What the user got wrong; empty on success.' })
  userErrors!: UserErrorType[];
}
