/** The type User. */
import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, ObjectType } from 'type-graphql';

@ObjectType('User', { description: 'Someone who can log in.' })
export class UserType {
  @Field(() => ID, { description: 'Stays the same for ever; it is the claim `sub` of access tokens.' })
  id!: string;

  @Field(() => String, { description: 'The email address that the user logs in with.' })
  email!: string;

  @Field(() => String, { nullable: true, description: 'What the user wants to be called.' })
  name!: string | null;

  @Field(() => [String], { description: 'What the user may do; checked by `@Authorized("ROLE")`.' })
  roles!: readonly string[];

  @Field(() => GraphQLDateTime, { description: 'When the user was made.' })
  createdAt!: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Since when the user may not log in; null for one who may.' })
  disabledAt!: Date | null;
}
