/** The public mutations for a user who has lost the password: `requestPasswordReset` and `resetPassword`. */
import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { RequestContext } from '../../caller/caller.js';
import { toPayload } from '../../graphql/user-error.type.js';
import type { PasswordRecovery } from './password-recovery.js';
import {
  RequestPasswordResetInput,
  RequestPasswordResetPayload,
  ResetPasswordInput,
  ResetPasswordPayload,
} from './password-recovery.type.js';

@Resolver()
export class PasswordRecoveryResolver {
  constructor(private readonly recovery: PasswordRecovery) {}

  @Mutation(() => RequestPasswordResetPayload, {
    nullable: true,
    description: 'Mails a code for `resetPassword`, valid for 30 minutes. The answer is the same whether or not the address is registered.',
  })
  async requestPasswordReset(
    @Arg('input', () => RequestPasswordResetInput, { description: 'The user whose password is lost.' }) {
      email,
    }: RequestPasswordResetInput,
    @Ctx() { origin }: RequestContext,
  ): Promise<RequestPasswordResetPayload> {
    return toPayload(await this.recovery.request(email, origin), () => ({}));
  }

  @Mutation(() => ResetPasswordPayload, {
    nullable: true,
    description:
      'Sets a new password with a mailed code. Once this is answered, every session of the user has ended. It does not log the user in.',
  })
  async resetPassword(
    @Arg('input', () => ResetPasswordInput, { description: 'The code and the new password.' }) input: ResetPasswordInput,
    @Ctx() { origin }: RequestContext,
  ): Promise<ResetPasswordPayload> {
    return toPayload(await this.recovery.reset(input.code, input.newPassword, origin), () => ({}));
  }
}
