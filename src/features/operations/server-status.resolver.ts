/** The query with which administrators read the state of the server. */
import { Authorized, Query, Resolver } from 'type-graphql';
import { ADMIN_ROLE } from '../../caller/roles.js';
import type { ServerOverview } from './server-overview.js';
import { ServerStatusType } from './server-status.type.js';

@Authorized(ADMIN_ROLE)
@Resolver()
export class ServerStatusResolver {
  constructor(private readonly overview: ServerOverview) {}

  @Query(() => ServerStatusType, {
    nullable: true,
    description: 'The state of the node that answers, and the nodes on its database. Administrators only.',
  })
  serverStatus(): Promise<ServerStatusType> {
    return this.overview.read();
  }
}
