/** The mutations with which users verify or change their own email address. */
import { Arg, Authorized, Ctx, Mutation, Resolver } from 'type-graphql';
import type { RequestContext } from '../../caller/caller.js';
import { tokenOf } from '../../caller/token-of.js';
import { toPayload } from '../../graphql/user-error.type.js';
import { RequestEmailChangeInput, RequestEmailChangePayload, RequestEmailVerificationPayload } from './email.type.js';
import type { EmailChanges } from './email-changes.js';
import type { EmailVerifications } from './email-verifications.js';

@Authorized()
@Resolver()
export class EmailResolver {
  constructor(
    private readonly verifications: EmailVerifications,
    private readonly changes: EmailChanges,
  ) {}

  @Mutation(() => RequestEmailVerificationPayload, {
    nullable: true,
    description: 'Mails the caller a code for `verifyEmail`, valid for 24 hours. Sends nothing if the address is verified already.',
  })
  async requestEmailVerification(@Ctx() context: RequestContext): Promise<RequestEmailVerificationPayload> {
    return toPayload(await this.verifications.request(tokenOf(context).sub, context.origin), () => ({}));
  }

  @Mutation(() => RequestEmailChangePayload, {
    nullable: true,
    description:
      'Mails a code for `confirmEmailChange` to the new address, valid for an hour. The caller must have shown the password recently. The answer is the same if the address is taken.',
  })
  async requestEmailChange(
    @Arg('input', () => RequestEmailChangeInput, { description: 'The new address.' }) { newEmail }: RequestEmailChangeInput,
    @Ctx() context: RequestContext,
  ): Promise<RequestEmailChangePayload> {
    return toPayload(await this.changes.request(tokenOf(context), newEmail, context.origin), () => ({}));
  }
}
