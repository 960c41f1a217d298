/** The type User. */
import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, ObjectType } from 'type-graphql';
import type { User } from './users.js';

@ObjectType('User', { description: 'Someone who can log in.' })
export class UserType implements User {
  @Field(() => ID, { description: 'Never changes. Access tokens carry it as the claim `sub`.' })
  id!: string;

  @Field(() => String, { description: 'The email address that the user logs in with.' })
  email!: string;

  @Field(() => String, { nullable: true, description: 'The name that the user has chosen.' })
  name!: string | null;

  @Field(() => [String], { description: 'What the user may do; checked by `@Authorized("ROLE")`.' })
  roles!: readonly string[];

  @Field(() => GraphQLDateTime, { description: 'When the user was created.' })
  createdAt!: Date;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When the email address was verified; null until then.',
  })
  emailVerifiedAt!: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'The last login; null before the first.' })
  lastLoginAt!: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the user was disabled; null for a user who may log in.' })
  disabledAt!: Date | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The recorded reason why the user was disabled; null for a user who may log in. Disabled users have no live token to read it.',
  })
  disabledReason!: string | null;
}

/** Only the fields of the type: resolvers and middlewares of an application get this object, and the row has hashes too. */
export function toUserType(user: User): UserType {
  const { id, email, name, roles, createdAt, emailVerifiedAt, lastLoginAt, disabledAt, disabledReason } = user;
  return { id, email, name, roles, createdAt, emailVerifiedAt, lastLoginAt, disabledAt, disabledReason };
}
