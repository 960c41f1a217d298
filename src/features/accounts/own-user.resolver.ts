/** The mutations with which users change, confirm or delete their own credentials. */
import { Arg, Authorized, Ctx, Mutation, Resolver } from 'type-graphql';
import type { RequestContext } from '../../caller/caller.js';
import { tokenOf } from '../../caller/token-of.js';
import { toPayload } from '../../graphql/user-error.type.js';
import { deliver, openSessionFields } from '../sessions/open-session.type.js';
import type { Reauthentication } from '../sessions/reauthentication.js';
import {
  ChangePasswordInput,
  ChangePasswordPayload,
  DeleteMeInput,
  DeleteMePayload,
  ReauthenticateInput,
  ReauthenticatePayload,
} from './own-user.type.js';
import type { PasswordChanges } from './password-changes.js';
import type { UserDeletion } from './user-deletion.js';

interface Needs {
  readonly passwordChanges: PasswordChanges;
  readonly reauthentication: Reauthentication;
  readonly deletion: UserDeletion;
}

@Authorized()
@Resolver()
export class OwnUserResolver {
  constructor(private readonly needs: Needs) {}

  @Mutation(() => ChangePasswordPayload, {
    nullable: true,
    description:
      'Changes the password. This session continues with the tokens in the answer; every earlier token of it is refused. The other sessions end, unless `keepOtherSessions` is true.',
  })
  async changePassword(
    @Arg('input', () => ChangePasswordInput, { description: 'The old password and the new one.' }) input: ChangePasswordInput,
    @Ctx() context: RequestContext,
  ): Promise<ChangePasswordPayload> {
    const outcome = await this.needs.passwordChanges.change(tokenOf(context), input, context.origin);
    return deliver(
      toPayload(outcome, (changed) => ({ ...openSessionFields(changed), endedSessions: changed.endedSessions })),
      context,
    );
  }

  @Mutation(() => ReauthenticatePayload, {
    nullable: true,
    description: 'Confirms the password again, which destructive actions require. A recent login counts too.',
  })
  async reauthenticate(
    @Arg('input', () => ReauthenticateInput, { description: 'The password.' }) { password }: ReauthenticateInput,
    @Ctx() context: RequestContext,
  ): Promise<ReauthenticatePayload> {
    return toPayload(await this.needs.reauthentication.reauthenticate(tokenOf(context), password, context.origin), (result) => result);
  }

  @Mutation(() => DeleteMePayload, {
    nullable: true,
    description: 'Deletes the caller for good. Every session ends, and all personal data is removed.',
  })
  async deleteMe(
    @Arg('input', () => DeleteMeInput, { description: 'The password.' }) { password }: DeleteMeInput,
    @Ctx() context: RequestContext,
  ): Promise<DeleteMePayload> {
    const outcome = await this.needs.deletion.deleteOwn(tokenOf(context), password, context.origin);
    return toPayload(outcome, ({ id, endedSessions }) => ({ deletedUserId: id, endedSessions }));
  }
}
