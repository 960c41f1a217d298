/** Input and payload of `refreshToken`. */
import { Field, InputType, ObjectType } from 'type-graphql';
import { OpenSessionPayload } from './open-session.type.js';

@InputType({ description: 'The refresh token to exchange.' })
export class RefreshTokenInput {
  @Field(() => String, { nullable: true, description: 'The refresh token of the last login or refresh.' })
  refreshToken?: string | null;
}

@ObjectType({ description: 'The next pair of tokens of a session.' })
export class RefreshTokenPayload extends OpenSessionPayload {}
