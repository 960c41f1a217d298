/** The public mutation `logout`: it must work with an expired token and with a refresh token alone. */
import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { RequestContext } from '../../caller/caller.js';
import { toPayload } from '../../graphql/user-error.type.js';
import { LatchkeyError } from '../../lib/errors.js';
import type { Logout } from './logout.js';
import { LogoutInput, LogoutPayload } from './logout.type.js';

@Resolver()
export class LogoutResolver {
  constructor(private readonly logouts: Logout) {}

  @Mutation(() => LogoutPayload, {
    nullable: true,
    description: 'Ends sessions for good. Once the server answers, every node refuses their access tokens and refresh tokens.',
  })
  async logout(
    @Arg('input', () => LogoutInput, {
      defaultValue: {},
      description: 'Which sessions to end; without it, the session of the access token.',
    })
    input: LogoutInput,
    @Ctx() { caller, origin, refreshCookie }: RequestContext,
  ): Promise<LogoutPayload> {
    if (caller.kind === 'unknown' && caller.token === null) throw LatchkeyError.unavailable(caller.failure);
    // The default of the argument is not coerced, so the default of the field inside it has not been filled in.
    const scope = input.scope ?? 'CURRENT';
    // OTHERS keeps the session that the cookie belongs to.
    const cookie = scope === 'OTHERS' ? null : refreshCookie;
    const outcome = await this.logouts.logOut({
      token: caller.token,
      denial: caller.kind === 'anonymous' ? caller : null,
      refreshTokens: [input.refreshToken || [], cookie?.received ?? []].flat(),
      scope,
      origin,
    });
    if (outcome.kind !== 'failed') cookie?.clear();
    return { endedSessions: 0, ...toPayload(outcome, (result) => result) };
  }
}
