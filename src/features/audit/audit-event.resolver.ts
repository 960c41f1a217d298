/** The query for audit events: users read their own, administrators read all. */
import { Arg, Args, Authorized, Ctx, ID, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../../caller/caller.js';
import { ADMIN_ROLE } from '../../caller/roles.js';
import { tokenOf } from '../../caller/token-of.js';
import { type Connection, PageArguments, toConnection, toPageRequest } from '../../graphql/connection.type.js';
import { AuditEventConnection, type AuditEventType } from './audit-event.type.js';
import type { AuditTrail } from './audit-trail.js';

@Authorized()
@Resolver()
export class AuditEventResolver {
  constructor(private readonly trail: AuditTrail) {}

  @Query(() => AuditEventConnection, {
    nullable: true,
    description: 'Audit events, newest first: those of the caller. An administrator can ask for those of another user or for all.',
  })
  async auditEvents(
    @Args(() => PageArguments) page: PageArguments,
    @Arg('userId', () => ID, {
      nullable: true,
      description: 'The user whose events to list. Only administrators may ask for another user.',
    })
    userId: string | null | undefined,
    @Arg('everyone', () => Boolean, {
      defaultValue: false,
      description: 'Whether to list all events, including those about no user. Administrators only.',
    })
    everyone: boolean,
    @Ctx() context: RequestContext,
  ): Promise<Connection<AuditEventType>> {
    const { sub, roles } = tokenOf(context);
    const request = toPageRequest('auditEvents', page);
    const reader = { userId: sub, isAdministrator: roles.includes(ADMIN_ROLE) };
    const found = await this.trail.listFor(reader, { ...request, userId: userId || null, everyone });
    return toConnection('auditEvents', found, request, (event) => event);
  }
}
