/** The subscriptions of the core: a user's own sessions, and for administrators the audit trail. */
import { Arg, Authorized, Ctx, FieldResolver, ID, Resolver, Root, Subscription } from 'type-graphql';
import type { RequestContext } from '../../caller/caller.js';
import { ADMIN_ROLE } from '../../caller/roles.js';
import { tokenOf } from '../../caller/token-of.js';
import type { AuditKind, RecordedEvent } from '../audit/audit.js';
import { AuditEventType } from '../audit/audit-event.type.js';
import type { FeedRequest } from '../audit/audit-feed.js';
import { AUDIT_TOPIC } from '../audit/core-events.js';
import { SessionType, toSessionType } from './session.type.js';
import { SessionEventKind, SessionEventType, toSessionEvent } from './session-event.type.js';
import type { Sessions } from './sessions.js';

const AFTER = 'The `id` of the last event that was heard. What came after it is told first, together with some that came shortly before.';

interface Subscribing {
  readonly args: { readonly after?: string | null; readonly userId?: string | null };
  readonly context: RequestContext;
}

const SESSION_KINDS: readonly AuditKind[] = Object.values(SessionEventKind);

const ownSessions = ({ args, context }: Subscribing): FeedRequest => ({
  userId: tokenOf(context).sub,
  kinds: SESSION_KINDS,
  after: args.after ?? null,
});

const auditTrail = ({ args }: Subscribing): FeedRequest => ({ userId: args.userId ?? null, kinds: null, after: args.after ?? null });

@Authorized()
@Resolver(() => SessionEventType)
export class LiveResolver {
  constructor(private readonly sessionsOf: Sessions) {}

  @Subscription(() => SessionEventType, {
    nullable: true,
    topics: AUDIT_TOPIC,
    topicId: ownSessions,
    description: 'What happens to the sessions of the caller, on whichever device. An event may come twice.',
  })
  sessionEvents(
    @Root() event: RecordedEvent,
    @Ctx() context: RequestContext,
    @Arg('after', () => ID, { nullable: true, description: AFTER }) _after: string | null | undefined,
  ): SessionEventType {
    return toSessionEvent(event, tokenOf(context).sid);
  }

  @FieldResolver(() => SessionType, { nullable: true, description: 'The session as it is now; null when it is not kept any more.' })
  async session(@Root() { sessionId }: SessionEventType, @Ctx() context: RequestContext): Promise<SessionType | null> {
    const { sub, sid } = tokenOf(context);
    const session = await this.sessionsOf.findOwn(sub, sessionId);
    return session === null ? null : toSessionType(session, sid);
  }

  @Authorized(ADMIN_ROLE)
  @Subscription(() => AuditEventType, {
    nullable: true,
    topics: AUDIT_TOPIC,
    topicId: auditTrail,
    description: 'What is added to the audit trail, as it happens. For administrators. An event may come twice.',
  })
  auditEventAdded(
    @Root() event: RecordedEvent,
    @Arg('userId', () => ID, {
      nullable: true,
      description: 'The user whose events; without it, everybody’s, those about nobody included.',
    })
    _userId: string | null | undefined,
    @Arg('after', () => ID, { nullable: true, description: AFTER }) _after: string | null | undefined,
  ): AuditEventType {
    return event;
  }
}
