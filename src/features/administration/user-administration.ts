/** Manages users for GraphQL and the command line: sets roles, disables, enables, ends sessions, requires a new password. */

import { ADMIN_ROLE } from '../../caller/roles.js';
import { done, failed, type Outcome, type UserFailure } from '../../lib/errors.js';
import { isReason, isRole, MAX_ROLES } from '../../lib/text-rules.js';
import type { World } from '../../world.js';
import type { PasswordRecovery } from '../accounts/password-recovery.js';
import type { Audit, AuditKind } from '../audit/audit.js';
import type { Actor } from '../endings/actor.js';
import type { EndingReason, EndingSteps } from '../endings/ending-steps.js';
import type { SessionEndings } from '../endings/session-endings.js';
import { removeCodesOf } from '../mail/mail-codes.js';
import type { Reauthentication } from '../sessions/reauthentication.js';
import { isLastAdministrator, LAST_ADMINISTRATOR } from '../users/administrators.js';
import { findUserIn, lockUser, USER_NOT_FOUND, type User, type UserWithSecrets } from '../users/users.js';

/** A user as it is now, and how many sessions were ended. */
export interface AdministeredUser {
  readonly user: User;
  readonly endedSessions: number;
}

const NOT_FOUND: UserFailure = { ...USER_NOT_FOUND, field: ['input', 'userId'] };

const ROLES_INVALID = failed({
  code: 'ROLES_INVALID',
  message: `Use at most ${MAX_ROLES} roles of 1 to 64 capital letters, digits and underscores, each beginning with a letter.`,
  field: ['input', 'roles'],
});

const REASON_INVALID = failed({
  code: 'REASON_INVALID',
  message: 'Use a reason of 1 to 500 characters without control characters, or none.',
  field: ['input', 'reason'],
});

type Work = (steps: EndingSteps, user: UserWithSecrets) => Promise<Outcome<AdministeredUser>>;

interface Needs {
  readonly endings: SessionEndings;
  readonly reauthentication: Reauthentication;
  readonly recovery: PasswordRecovery;
  readonly audit: Audit;
}

export class UserAdministration {
  constructor(
    private readonly world: World,
    private readonly needs: Needs,
  ) {}

  /** Replaces the roles. When it returns, access tokens with the old roles are revoked; sessions continue through refresh. */
  async setRoles(actor: Actor, userId: string, wanted: readonly string[]): Promise<Outcome<AdministeredUser>> {
    const roles = [...new Set(wanted)].sort();
    if (roles.length > MAX_ROLES || !roles.every(isRole)) return ROLES_INVALID;
    return this.#change(actor, userId, undefined, async (steps, user) => {
      if (roles.join() === user.roles.join()) return done({ user, endedSessions: 0 });
      if (!roles.includes(ADMIN_ROLE) && (await isLastAdministrator(steps.transaction, userId))) return failed(LAST_ADMINISTRATOR);
      await bumpCredentials(steps, userId);
      await steps.transaction.userRole.deleteMany({ where: { userId } });
      await steps.transaction.userRole.createMany({ data: roles.map((role) => ({ userId, role })) });
      await steps.revokeAccessTokens({ ...endingOf(actor, 'ROLES_CHANGED'), sessions: { userId } });
      await this.#record(steps, actor, userId, 'user.roles-changed', roles.join(' '));
      return done({ user: { ...user, roles }, endedSessions: 0 });
    });
  }

  /** Stops the user from logging in, and ends every session of the user. */
  disable(actor: Actor, userId: string, reason?: string): Promise<Outcome<AdministeredUser>> {
    return this.#change(actor, userId, reason, async (steps, user) => {
      if (await isLastAdministrator(steps.transaction, userId)) return failed(LAST_ADMINISTRATOR);
      const disabledAt = user.disabledAt ?? new Date(this.world.clock.now());
      const disabledReason = user.disabledAt === null ? (reason ?? null) : user.disabledReason;
      await bumpCredentials(steps, userId);
      if (user.disabledAt === null) {
        await steps.transaction.user.update({ where: { id: userId }, data: { disabledAt, disabledReason } });
        await removeCodesOf(steps.transaction, userId);
        await this.#record(steps, actor, userId, 'user.disabled', reason);
      }
      const ended = await steps.end({ ...endingOf(actor, 'USER_DISABLED'), sessions: { userId } });
      return done({ user: { ...user, disabledAt, disabledReason }, endedSessions: ended.length });
    });
  }

  /** Lets a disabled user log in again. Earlier sessions stay ended. */
  enable(actor: Actor, userId: string, reason?: string): Promise<Outcome<AdministeredUser>> {
    return this.#change(actor, userId, reason, async (steps, user) => {
      if (user.disabledAt === null) return done({ user, endedSessions: 0 });
      await steps.transaction.user.update({ where: { id: userId }, data: { disabledAt: null, disabledReason: null } });
      await this.#record(steps, actor, userId, 'user.enabled', reason);
      return done({ user: { ...user, disabledAt: null, disabledReason: null }, endedSessions: 0 });
    });
  }

  /** Ends every session of the user. The user may log in again. */
  revokeSessions(actor: Actor, userId: string, reason?: string): Promise<Outcome<AdministeredUser>> {
    return this.#change(actor, userId, reason, async (steps, user) => {
      await bumpCredentials(steps, userId);
      await this.#record(steps, actor, userId, 'user.sessions-revoked', reason);
      const ended = await steps.end({ ...endingOf(actor, 'REVOKED_BY_ADMIN'), sessions: { userId } });
      return done({ user, endedSessions: ended.length });
    });
  }

  /** Makes the password useless, ends every session, and mails a code for choosing a new password. */
  requirePasswordReset(actor: Actor, userId: string, reason?: string): Promise<Outcome<AdministeredUser>> {
    return this.#change(actor, userId, reason, async (steps, user) => {
      await bumpCredentials(steps, userId);
      await this.needs.recovery.require(steps, user);
      await this.#record(steps, actor, userId, 'user.password-reset-required', reason);
      const ended = await steps.end({ ...endingOf(actor, 'PASSWORD_RESET_REQUIRED'), sessions: { userId } });
      return done({ user, endedSessions: ended.length });
    });
  }

  /** Ends every session of all users, including the administrator's, and revokes every access token ever issued (R17). */
  async revokeAllSessions(actor: Actor, reason?: string): Promise<Outcome<{ endedSessions: number | null }>> {
    if (reason !== undefined && !isReason(reason)) return REASON_INVALID;
    return this.needs.endings.commit(async (steps) => {
      await steps.holdTokens();
      const missing = await this.needs.reauthentication.findPrecondition(steps, actor);
      if (missing !== null) return failed(missing);
      return done({ endedSessions: await steps.endAll({ ...endingOf(actor, 'ALL_REVOKED'), note: reason }) });
    });
  }

  async #change(actor: Actor, userId: string, reason: string | undefined, work: Work): Promise<Outcome<AdministeredUser>> {
    if (reason !== undefined && !isReason(reason)) return REASON_INVALID;
    return this.needs.endings.commit(async (steps): Promise<Outcome<AdministeredUser>> => {
      // Lock both users in order of their ids: two administrators who act on each other would otherwise deadlock.
      for (const id of [actor.token?.sub ?? '', userId].sort()) await lockUser(steps.transaction, id);
      const missing = await this.needs.reauthentication.findPrecondition(steps, actor);
      if (missing !== null) return failed(missing);
      const user = await findUserIn(steps.transaction, userId);
      return user === null ? failed(NOT_FOUND) : work(steps, user);
    });
  }

  #record({ transaction }: EndingSteps, { id, origin }: Actor, userId: string, kind: AuditKind, reason?: string): Promise<void> {
    return this.needs.audit.record(transaction, { kind, actor: id, userId, reason, ...origin });
  }
}

/** Must come first: a login or refresh under way then fails its version check (R11, R18). */
async function bumpCredentials({ transaction }: EndingSteps, id: string): Promise<void> {
  await transaction.user.update({ where: { id }, data: { credentialVersion: { increment: 1 } } });
}

function endingOf({ id, origin }: Actor, reason: EndingReason) {
  return { reason, actor: id, ...origin };
}
