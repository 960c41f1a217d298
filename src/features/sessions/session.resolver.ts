/** A user's own sessions. */
import { Arg, Authorized, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../../caller/caller.js';
import { tokenOf } from '../../caller/token-of.js';
import { toPayload } from '../../graphql/user-error.type.js';
import { RevokeSessionInput, RevokeSessionPayload } from './revoke-session.type.js';
import { SessionType, toSessionType } from './session.type.js';
import type { Sessions } from './sessions.js';

@Authorized()
@Resolver()
export class SessionResolver {
  constructor(private readonly sessionsOf: Sessions) {}

  @Query(() => SessionType, { nullable: true, description: 'The session of the access token in this request.' })
  async session(@Ctx() context: RequestContext): Promise<SessionType | null> {
    const { sub, sid } = tokenOf(context);
    const session = await this.sessionsOf.findOwn(sub, sid);
    return session === null ? null : toSessionType(session, sid);
  }

  @Query(() => [SessionType], { nullable: true, description: 'The live sessions of the caller, most recently used first; at most 100.' })
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
    const outcome = await this.sessionsOf.revokeOwn(token, sessionId, context.origin);
    return toPayload(outcome, (found) => ({ session: toSessionType(found, token.sid) }));
  }
}
