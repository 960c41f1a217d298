/** The public mutations for who has lost the password: `requestPasswordReset` and `resetPassword`. */
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
    description: 'Mails a code for `resetPassword`, good for 30 minutes. It answers the same whether or not somebody is registered.',
  })
  async requestPasswordReset(
    @Arg('input', () => RequestPasswordResetInput, { description: 'Whose password is lost.' }) { email }: RequestPasswordResetInput,
    @Ctx() { origin }: RequestContext,
  ): Promise<RequestPasswordResetPayload> {
    return toPayload(await this.recovery.request(email, origin), () => ({}));
  }

  @Mutation(() => ResetPasswordPayload, {
    nullable: true,
    description: 'Sets a new password with a mailed code. Once it is answered, every session of the user is dead. It does not log in.',
  })
  async resetPassword(
    @Arg('input', () => ResetPasswordInput, { description: 'The code and the new password.' }) input: ResetPasswordInput,
    @Ctx() { origin }: RequestContext,
  ): Promise<ResetPasswordPayload> {
    return toPayload(await this.recovery.reset(input.code, input.newPassword, origin), () => ({}));
  }
}
