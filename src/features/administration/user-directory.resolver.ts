/** The queries with which administrators read users and their sessions. */
import { Arg, Args, Authorized, Ctx, ID, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../../caller/caller.js';
import { ADMIN_ROLE } from '../../caller/roles.js';
import { tokenOf } from '../../caller/token-of.js';
import { type Connection, connectionTypeOf, PageArguments, toConnection, toPageRequest } from '../../graphql/connection.type.js';
import { SessionType, toSessionType } from '../sessions/session.type.js';
import type { Sessions } from '../sessions/sessions.js';
import { toUserType, UserType } from '../users/user.type.js';
import type { Users } from '../users/users.js';
import type { UserDirectory } from './user-directory.js';

const UserConnection = connectionTypeOf('User', UserType);

interface Needs {
  readonly directory: UserDirectory;
  readonly users: Users;
  readonly sessions: Sessions;
}

@Authorized(ADMIN_ROLE)
@Resolver()
export class UserDirectoryResolver {
  constructor(private readonly needs: Needs) {}

  @Query(() => UserType, { nullable: true, description: 'The user with this id, or null if there is none. Administrators only.' })
  async user(@Arg('id', () => ID, { description: 'The id of the user.' }) id: string): Promise<UserType | null> {
    const user = await this.needs.users.find(id);
    return user === null ? null : toUserType(user);
  }

  @Query(() => [SessionType], {
    nullable: true,
    description: 'The live sessions of a user, most recently used first; at most 100. Empty if no user has this id. Administrators only.',
  })
  async userSessions(
    @Arg('userId', () => ID, { description: 'The id of the user.' }) userId: string,
    @Ctx() context: RequestContext,
  ): Promise<SessionType[]> {
    const { sid } = tokenOf(context);
    return (await this.needs.sessions.listLive(userId)).map((session) => toSessionType(session, sid));
  }

  @Query(() => UserConnection, { nullable: true, description: 'All users, newest first. Administrators only.' })
  async users(
    @Args(() => PageArguments) page: PageArguments,
    @Arg('search', () => String, {
      nullable: true,
      description: 'Only users whose email or name contains this text. Case does not matter, and there are no wildcards.',
    })
    search: string | null | undefined,
  ): Promise<Connection<UserType>> {
    const request = toPageRequest('users', page);
    const found = await this.needs.directory.list(search || null, request);
    return toConnection('users', { ...found, rows: found.rows.map(toUserType) }, request, ({ createdAt, id }) => ({ at: createdAt, id }));
  }
}
