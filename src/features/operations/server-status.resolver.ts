/** The state of the server, for administrators. */
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
    description: 'How the node that answers stands, and who else is there. For administrators.',
  })
  serverStatus(): Promise<ServerStatusType> {
    return this.overview.read();
  }
}
