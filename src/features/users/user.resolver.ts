/** The caller as a user. */
import { Authorized, Ctx, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../../caller/caller.js';
import { tokenOf } from '../../caller/token-of.js';
import { toUserType, UserType } from './user.type.js';
import type { Users } from './users.js';

@Authorized()
@Resolver()
export class UserResolver {
  constructor(private readonly users: Users) {}

  @Query(() => UserType, { nullable: true, description: 'The user who makes this request.' })
  async me(@Ctx() context: RequestContext): Promise<UserType | null> {
    const user = await this.users.find(tokenOf(context).sub);
    return user === null ? null : toUserType(user);
  }
}
