/** The mutations of administrators. Every one requires a recently confirmed password. */

import { Arg, Authorized, Ctx, Mutation, Resolver } from 'type-graphql';
import type { RequestContext } from '../../caller/caller.js';
import { ADMIN_ROLE } from '../../caller/roles.js';
import { tokenOf } from '../../caller/token-of.js';
import { toPayload } from '../../graphql/user-error.type.js';
import type { Actor } from '../endings/actor.js';
import { toUserType } from '../users/user.type.js';
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
    description:
      'Replaces the roles of a user. Access tokens with the old roles are revoked at once; the sessions continue through refresh.',
  })
  async setUserRoles(
    @Arg('input', () => SetUserRolesInput, { description: 'The user and their new roles.' }) { userId, roles }: SetUserRolesInput,
    @Ctx() context: RequestContext,
  ): Promise<SetUserRolesPayload> {
    return toPayload(await this.userAdministration.setRoles(actorOf(context), userId, roles), fieldsOf);
  }

  @Mutation(() => DisableUserPayload, { nullable: true, description: 'Stops a user from logging in, and ends every session of the user.' })
  async disableUser(
    @Arg('input', () => DisableUserInput, { description: 'The user to disable.' }) { userId, reason }: DisableUserInput,
    @Ctx() context: RequestContext,
  ): Promise<DisableUserPayload> {
    return toPayload(await this.userAdministration.disable(actorOf(context), userId, reason || undefined), fieldsOf);
  }

  @Mutation(() => EnableUserPayload, { nullable: true, description: 'Lets a disabled user log in again.' })
  async enableUser(
    @Arg('input', () => EnableUserInput, { description: 'The user to enable.' }) { userId, reason }: EnableUserInput,
    @Ctx() context: RequestContext,
  ): Promise<EnableUserPayload> {
    return toPayload(await this.userAdministration.enable(actorOf(context), userId, reason || undefined), fieldsOf);
  }

  @Mutation(() => RevokeUserSessionsPayload, { nullable: true, description: 'Ends every session of a user. The user may log in again.' })
  async revokeUserSessions(
    @Arg('input', () => RevokeUserSessionsInput, { description: 'The user whose sessions to end.' }) {
      userId,
      reason,
    }: RevokeUserSessionsInput,
    @Ctx() context: RequestContext,
  ): Promise<RevokeUserSessionsPayload> {
    return toPayload(await this.userAdministration.revokeSessions(actorOf(context), userId, reason || undefined), fieldsOf);
  }

  @Mutation(() => RequirePasswordResetPayload, {
    nullable: true,
    description:
      'Makes the password of a user useless, ends every session of the user, and mails a code for a new password. A disabled user gets no mail and can request a code once enabled.',
  })
  async requirePasswordReset(
    @Arg('input', () => RequirePasswordResetInput, { description: 'The user who must choose a new password.' }) {
      userId,
      reason,
    }: RequirePasswordResetInput,
    @Ctx() context: RequestContext,
  ): Promise<RequirePasswordResetPayload> {
    return toPayload(await this.userAdministration.requirePasswordReset(actorOf(context), userId, reason || undefined), fieldsOf);
  }

  @Mutation(() => RevokeAllSessionsPayload, {
    nullable: true,
    description: 'Ends every session of all users, including yours. No token issued before is accepted any more.',
  })
  async revokeAllSessions(
    @Arg('input', () => RevokeAllSessionsInput, { defaultValue: {}, description: 'The reason.' }) { reason }: RevokeAllSessionsInput,
    @Ctx() context: RequestContext,
  ): Promise<RevokeAllSessionsPayload> {
    return toPayload(await this.userAdministration.revokeAllSessions(actorOf(context), reason || undefined), (result) => result);
  }
}

function actorOf(context: RequestContext): Actor {
  const token = tokenOf(context);
  return { id: token.sub, token, origin: context.origin };
}

function fieldsOf({ user, endedSessions }: AdministeredUser) {
  return { user: toUserType(user), endedSessions };
}
