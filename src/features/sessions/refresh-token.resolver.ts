/** The public mutation `refreshToken`: the refresh token itself is what authorizes it. */
import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { RequestContext } from '../../caller/caller.js';
import { toPayload } from '../../graphql/user-error.type.js';
import { deliver, openSessionFields } from './open-session.type.js';
import { RefreshTokenInput, RefreshTokenPayload } from './refresh-token.type.js';
import type { Refreshes } from './refreshes.js';

@Resolver()
export class RefreshTokenResolver {
  constructor(private readonly refreshes: Refreshes) {}

  @Mutation(() => RefreshTokenPayload, {
    nullable: true,
    description:
      'Exchanges a refresh token, once, for the next pair. A used token sent again after 10 seconds counts as stolen: its session ends.',
  })
  async refreshToken(
    @Arg('input', () => RefreshTokenInput, { defaultValue: {}, description: 'What to exchange.' }) input: RefreshTokenInput,
    @Ctx() context: RequestContext,
  ): Promise<RefreshTokenPayload> {
    const { origin, refreshCookie } = context;
    const outcome = await this.refreshes.refresh(input.refreshToken || refreshCookie?.received || '', origin);
    // A refused token never becomes valid again.
    if (outcome.kind === 'failed' && !input.refreshToken) refreshCookie?.clear();
    return deliver(toPayload(outcome, openSessionFields), context);
  }
}
