/** The type User. */
import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, ObjectType } from 'type-graphql';
import type { User } from './users.js';

@ObjectType('User', { description: 'Someone who can log in.' })
export class UserType implements User {
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

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When the email address was shown to be the user’s; null while it was not.',
  })
  emailVerifiedAt!: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'The last login; null before the first.' })
  lastLoginAt!: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Since when the user may not log in; null for one who may.' })
  disabledAt!: Date | null;

  @Field(() => String, {
    nullable: true,
    description: 'Why the user may not log in, as it was written down; null for one who may. Who is disabled has no live token to see it.',
  })
  disabledReason!: string | null;
}
