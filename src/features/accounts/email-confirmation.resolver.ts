/** The public mutations that a mailed code authorizes, because users read mail on any device: `verifyEmail`, `confirmEmailChange`. */
import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { RequestContext } from '../../caller/caller.js';
import { toPayload } from '../../graphql/user-error.type.js';
import { ConfirmEmailChangeInput, ConfirmEmailChangePayload, VerifyEmailInput, VerifyEmailPayload } from './email.type.js';
import type { EmailChanges } from './email-changes.js';
import type { EmailVerifications } from './email-verifications.js';

@Resolver()
export class EmailConfirmationResolver {
  constructor(
    private readonly verifications: EmailVerifications,
    private readonly changes: EmailChanges,
  ) {}

  @Mutation(() => VerifyEmailPayload, { nullable: true, description: 'Verifies the email address of a user with a mailed code.' })
  async verifyEmail(
    @Arg('input', () => VerifyEmailInput, { description: 'The code.' }) { code }: VerifyEmailInput,
    @Ctx() { origin }: RequestContext,
  ): Promise<VerifyEmailPayload> {
    return toPayload(await this.verifications.verify(code, origin), () => ({}));
  }

  @Mutation(() => ConfirmEmailChangePayload, {
    nullable: true,
    description:
      'Changes the email address of a user, with a code mailed to the new address. The session that asked must still be live. It continues through its refresh token; all other sessions have ended once this is answered.',
  })
  async confirmEmailChange(
    @Arg('input', () => ConfirmEmailChangeInput, { description: 'The code.' }) { code }: ConfirmEmailChangeInput,
    @Ctx() { origin }: RequestContext,
  ): Promise<ConfirmEmailChangePayload> {
    return toPayload(await this.changes.confirm(code, origin), () => ({}));
  }
}
