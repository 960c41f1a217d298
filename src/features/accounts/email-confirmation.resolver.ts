/** The public mutations that a mailed code authorizes: `verifyEmail` and `confirmEmailChange`. Mails are read on any device. */
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

  @Mutation(() => VerifyEmailPayload, { nullable: true, description: 'Shows, with a mailed code, that an address belongs to its user.' })
  async verifyEmail(
    @Arg('input', () => VerifyEmailInput, { description: 'The code.' }) { code }: VerifyEmailInput,
    @Ctx() { origin }: RequestContext,
  ): Promise<VerifyEmailPayload> {
    return toPayload(await this.verifications.verify(code, origin), () => ({}));
  }

  @Mutation(() => ConfirmEmailChangePayload, {
    nullable: true,
    description:
      'Changes the address of a user, with a code mailed to the new one. Once it is answered, the other sessions are dead; the one that asked must still be live and goes on through its refresh token.',
  })
  async confirmEmailChange(
    @Arg('input', () => ConfirmEmailChangeInput, { description: 'The code.' }) { code }: ConfirmEmailChangeInput,
    @Ctx() { origin }: RequestContext,
  ): Promise<ConfirmEmailChangePayload> {
    return toPayload(await this.changes.confirm(code, origin), () => ({}));
  }
}
