/** The commands that create, change and delete users. */
import { z } from 'zod';
import { ADMIN_ROLE } from '../../caller/roles.js';
import { command } from '../../lib/command.js';
import { done, type Outcome } from '../../lib/errors.js';
import type { DeletedUser, UserDeletion } from '../accounts/user-deletion.js';
import { COMMAND_LINE } from '../endings/actor.js';
import { findNamed, NO_SUCH_USER, type PublicUser, toPublic } from '../users/named-user.js';
import type { Users } from '../users/users.js';
import type { PasswordResets } from './password-resets.js';
import type { AdministeredUser, UserAdministration } from './user-administration.js';

interface Needs {
  readonly users: Users;
  readonly userAdministration: UserAdministration;
  readonly passwordResets: PasswordResets;
  readonly deletion: UserDeletion;
}

/** The user as it is now, and how many sessions were ended. */
export interface AdministeredPublicUser {
  readonly user: PublicUser;
  readonly endedSessions: number;
}

/** An optional text that is empty means absent, as in the schema. */
const orAbsent = (text: string) => text || undefined;
const reason = z.string().max(500).transform(orAbsent).optional();
/** A user named by id or email. */
const named = z.strictObject({ user: z.string() });
const namedForReason = named.extend({ reason });

export function userCommands({ users, userAdministration, passwordResets, deletion }: Needs) {
  const withUser = async (
    name: string,
    act: (id: string) => Promise<Outcome<AdministeredUser>>,
  ): Promise<Outcome<AdministeredPublicUser>> => {
    const user = await findNamed(users, name);
    if (user === null) return NO_SUCH_USER;
    const outcome = await act(user.id);
    return outcome.kind === 'failed' ? outcome : done({ ...outcome.result, user: toPublic(outcome.result.user) });
  };
  return {
    createUser: command(
      z.strictObject({
        email: z.string(),
        password: z.string(),
        name: z.string().transform(orAbsent).optional(),
        admin: z.boolean().optional(),
      }),
      async ({ email, password, name, admin }): Promise<Outcome<PublicUser>> => {
        const created = await users.create({ email, password, name, roles: admin ? [ADMIN_ROLE] : [] }, COMMAND_LINE);
        return created.kind === 'failed' ? created : done(toPublic(created.result));
      },
    ),
    /** Disables a user and ends all sessions in the same transaction. */
    disableUser: command(namedForReason, ({ user, reason }) =>
      withUser(user, (id) => userAdministration.disable(COMMAND_LINE, id, reason)),
    ),
    enableUser: command(namedForReason, ({ user, reason }) => withUser(user, (id) => userAdministration.enable(COMMAND_LINE, id, reason))),
    setUserRoles: command(named.extend({ roles: z.array(z.string()).readonly() }), ({ user, roles }) =>
      withUser(user, (id) => userAdministration.setRoles(COMMAND_LINE, id, roles)),
    ),
    revokeUserSessions: command(namedForReason, ({ user, reason }) =>
      withUser(user, (id) => userAdministration.revokeSessions(COMMAND_LINE, id, reason)),
    ),
    requirePasswordReset: command(namedForReason, ({ user, reason }) =>
      withUser(user, (id) => userAdministration.requirePasswordReset(COMMAND_LINE, id, reason)),
    ),
    revokeAllSessions: command(z.strictObject({ reason }), ({ reason }) => userAdministration.revokeAllSessions(COMMAND_LINE, reason)),
    /** Sets a new password for a user who has lost it, and ends all sessions of the user. */
    resetPassword: command(named.extend({ password: z.string() }), ({ user, password }) =>
      withUser(user, (id) => passwordResets.set(COMMAND_LINE, id, password)),
    ),
    deleteUser: command(named, async ({ user: name }): Promise<Outcome<DeletedUser>> => {
      const user = await findNamed(users, name);
      return user === null ? NO_SUCH_USER : deletion.delete(user.id, COMMAND_LINE.id);
    }),
  };
}
