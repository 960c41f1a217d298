/** A user's own sessions. */
import { Arg, Authorized, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import type { SessionEndings } from '../domain/session-endings.js';
import type { Session, Sessions } from '../domain/sessions.js';
import { done, failed, type Outcome } from '../errors.js';
import { tokenOf } from './auth-checker.js';
import type { RequestContext } from './context.js';
import { RevokeSessionInput, RevokeSessionPayload } from './revoke-session.type.js';
import { SessionType, toSessionType } from './session.type.js';
import { toPayload } from './user-error.type.js';

const NOT_FOUND = failed({ code: 'NOT_FOUND', message: 'You have no such session.', field: ['input', 'sessionId'] });

@Authorized()
@Resolver()
export class SessionResolver {
  constructor(
    private readonly sessionsOf: Sessions,
    private readonly endings: SessionEndings,
  ) {}

  @Query(() => SessionType, { nullable: true, description: 'The session that this request speaks for.' })
  async session(@Ctx() context: RequestContext): Promise<SessionType | null> {
    const { sub, sid } = tokenOf(context);
    const session = await this.sessionsOf.findOwn(sub, sid);
    return session === null ? null : toSessionType(session, sid);
  }

  @Query(() => [SessionType], { nullable: true, description: 'The live sessions of the caller, newest use first; at most 100.' })
  async sessions(@Ctx() context: RequestContext): Promise<SessionType[]> {
    const { sub, sid } = tokenOf(context);
    return (await this.sessionsOf.listLive(sub)).map((session) => toSessionType(session, sid));
  }

  @Mutation(() => RevokeSessionPayload, { nullable: true, description: 'Ends one session of the caller, such as that of a lost phone.' })
  async revokeSession(
    @Arg('input', () => RevokeSessionInput, { description: 'Which session to end.' }) { sessionId }: RevokeSessionInput,
    @Ctx() context: RequestContext,
  ): Promise<RevokeSessionPayload> {
    const token = tokenOf(context);
    const { sub, sid } = token;
    const sessions = { id: sessionId, userId: sub };
    await this.endings.commit(async (steps) => {
      await steps.assertLive(token);
      await steps.end({ sessions, reason: 'REVOKED_BY_USER', actor: sub, ...context.origin });
    });
    const session = await this.sessionsOf.findOwn(sub, sessionId);
    const outcome: Outcome<Session> = session === null ? NOT_FOUND : done(session);
    return toPayload(outcome, (found) => ({ session: toSessionType(found, sid) }));
  }
}
