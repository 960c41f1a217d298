/** The caller as a user. */
import { Authorized, Ctx, Query, Resolver } from 'type-graphql';
import type { Users } from '../domain/users.js';
import { tokenOf } from './auth-checker.js';
import type { RequestContext } from './context.js';
import { UserType } from './user.type.js';

@Authorized()
@Resolver()
export class UserResolver {
  constructor(private readonly users: Users) {}

  @Query(() => UserType, { nullable: true, description: 'Who the caller is.' })
  me(@Ctx() context: RequestContext): Promise<UserType | null> {
    return this.users.find(tokenOf(context).sub);
  }
}
