/** The subscriptions of the core: a user's own sessions, and for administrators the audit trail. */
import { Arg, Authorized, Ctx, FieldResolver, ID, Resolver, Root, Subscription } from 'type-graphql';
import type { RequestContext } from '../../caller/caller.js';
import { ADMIN_ROLE } from '../../caller/roles.js';
import { tokenOf } from '../../caller/token-of.js';
import type { AuditKind, RecordedEvent } from '../audit/audit.js';
import { AuditEventType } from '../audit/audit-event.type.js';
import type { FeedRequest } from '../audit/audit-feed.js';
import { AUDIT_TOPIC, requestFeed } from '../audit/core-events.js';
import { SessionType, toSessionType } from './session.type.js';
import { SessionEventKind, SessionEventType, toAuditEventId, toSessionEvent } from './session-event.type.js';
import type { Sessions } from './sessions.js';

const AFTER =
  'The `id` of the last event that the client received. Later events are sent first, together with some from shortly before it.';

interface Subscribing {
  readonly args: { readonly after?: string | null; readonly userId?: string | null };
  readonly context: RequestContext;
}

const SESSION_KINDS: readonly AuditKind[] = Object.values(SessionEventKind);

const ownSessions = ({ args: { after }, context }: Subscribing): FeedRequest =>
  requestFeed({
    userId: tokenOf(context).sub,
    kinds: SESSION_KINDS,
    after: typeof after === 'string' && after !== '' ? toAuditEventId(after) : null,
  });

const auditTrail = ({ args }: Subscribing): FeedRequest =>
  requestFeed({ userId: args.userId || null, kinds: null, after: args.after || null });

@Authorized()
@Resolver(() => SessionEventType)
export class LiveResolver {
  constructor(private readonly sessionsOf: Sessions) {}

  @Subscription(() => SessionEventType, {
    nullable: true,
    topics: AUDIT_TOPIC,
    topicId: ownSessions,
    description: 'Events of the caller’s sessions, on any device. An event may arrive twice.',
  })
  sessionEvents(
    @Root() event: RecordedEvent,
    @Ctx() context: RequestContext,
    @Arg('after', () => ID, { nullable: true, description: AFTER }) _after: string | null | undefined,
  ): SessionEventType {
    return toSessionEvent(event, tokenOf(context).sid);
  }

  @FieldResolver(() => SessionType, { nullable: true, description: 'The session as it is now; null once it has been deleted.' })
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
    description: 'New events of the audit trail, as they happen. For administrators. An event may arrive twice.',
  })
  auditEventAdded(
    @Root() event: RecordedEvent,
    @Arg('userId', () => ID, {
      nullable: true,
      description: 'Only events about this user. Without it, events about all users and about none.',
    })
    _userId: string | null | undefined,
    @Arg('after', () => ID, { nullable: true, description: AFTER }) _after: string | null | undefined,
  ): AuditEventType {
    return event;
  }
}
