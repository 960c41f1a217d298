/** What administrators do. All of it needs a password that was shown recently. */
import { Arg, Authorized, Ctx, Mutation, Resolver } from 'type-graphql';
import type { RequestContext } from '../../caller/caller.js';
import { ADMIN_ROLE } from '../../caller/roles.js';
import { tokenOf } from '../../caller/token-of.js';
import { toPayload } from '../../graphql/user-error.type.js';
import type { Actor } from '../endings/actor.js';
import {
  DisableUserInput,
  DisableUserPayload,
  EnableUserInput,
  EnableUserPayload,
  RequirePasswordResetInput,
  RequirePasswordResetPayload,
  RevokeAllSessionsInput,
  RevokeAllSessionsPayload,
  RevokeUserSessionsInput,
  RevokeUserSessionsPayload,
  SetUserRolesInput,
  SetUserRolesPayload,
} from './administration.type.js';
import type { AdministeredUser, UserAdministration } from './user-administration.js';

@Authorized(ADMIN_ROLE)
@Resolver()
export class AdministrationResolver {
  constructor(private readonly userAdministration: UserAdministration) {}

  @Mutation(() => SetUserRolesPayload, {
    nullable: true,
    description: 'Replaces the roles of a user. Access tokens with the old roles die at once; the sessions go on through refresh.',
  })
  async setUserRoles(
    @Arg('input', () => SetUserRolesInput, { description: 'Whose roles, and which.' }) { userId, roles }: SetUserRolesInput,
    @Ctx() context: RequestContext,
  ): Promise<SetUserRolesPayload> {
    return toPayload(await this.userAdministration.setRoles(actorOf(context), userId, roles), fieldsOf);
  }

  @Mutation(() => DisableUserPayload, { nullable: true, description: 'Forbids a user to log in, and ends every session.' })
  async disableUser(
    @Arg('input', () => DisableUserInput, { description: 'Whom to disable.' }) { userId, reason }: DisableUserInput,
    @Ctx() context: RequestContext,
  ): Promise<DisableUserPayload> {
    return toPayload(await this.userAdministration.disable(actorOf(context), userId, reason ?? undefined), fieldsOf);
  }

  @Mutation(() => EnableUserPayload, { nullable: true, description: 'Lets a disabled user log in again.' })
  async enableUser(
    @Arg('input', () => EnableUserInput, { description: 'Whom to enable.' }) { userId, reason }: EnableUserInput,
    @Ctx() context: RequestContext,
  ): Promise<EnableUserPayload> {
    return toPayload(await this.userAdministration.enable(actorOf(context), userId, reason ?? undefined), fieldsOf);
  }

  @Mutation(() => RevokeUserSessionsPayload, { nullable: true, description: 'Ends every session of a user, who may log in again.' })
  async revokeUserSessions(
    @Arg('input', () => RevokeUserSessionsInput, { description: 'Whose sessions to end.' }) { userId, reason }: RevokeUserSessionsInput,
    @Ctx() context: RequestContext,
  ): Promise<RevokeUserSessionsPayload> {
    return toPayload(await this.userAdministration.revokeSessions(actorOf(context), userId, reason ?? undefined), fieldsOf);
  }

  @Mutation(() => RequirePasswordResetPayload, {
    nullable: true,
    description:
      'Makes the password of a user useless and ends every session; a code for a new password is mailed. A disabled user gets no mail, and asks for a code after being enabled.',
  })
  async requirePasswordReset(
    @Arg('input', () => RequirePasswordResetInput, { description: 'Who has to.' }) { userId, reason }: RequirePasswordResetInput,
    @Ctx() context: RequestContext,
  ): Promise<RequirePasswordResetPayload> {
    return toPayload(await this.userAdministration.requirePasswordReset(actorOf(context), userId, reason ?? undefined), fieldsOf);
  }

  @Mutation(() => RevokeAllSessionsPayload, {
    nullable: true,
    description: 'Ends every session of everybody, the own one included: no token that was ever issued is accepted any more.',
  })
  async revokeAllSessions(
    @Arg('input', () => RevokeAllSessionsInput, { defaultValue: {}, description: 'Why.' }) { reason }: RevokeAllSessionsInput,
    @Ctx() context: RequestContext,
  ): Promise<RevokeAllSessionsPayload> {
    return toPayload(await this.userAdministration.revokeAllSessions(actorOf(context), reason ?? undefined), (result) => result);
  }
}

function actorOf(context: RequestContext): Actor {
  const token = tokenOf(context);
  return { id: token.sub, token, origin: context.origin };
}

function fieldsOf({ user, endedSessions }: AdministeredUser) {
  return { user, endedSessions };
}
