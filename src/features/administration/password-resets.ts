/** Lets an operator set the password of a user, because it is lost or compromised; every session of the user ends. */
import { done, failed, type Outcome } from '../../lib/errors.js';
import type { Audit } from '../audit/audit.js';
import type { Actor } from '../endings/actor.js';
import type { SessionEndings } from '../endings/session-endings.js';
import { removeCodesOf } from '../mail/mail-codes.js';
import type { Notices } from '../mail/notices.js';
import type { PasswordPolicy } from '../passwords/password-policy.js';
import type { Passwords } from '../passwords/passwords.js';
import { findUserIn, USER_NOT_FOUND, type Users } from '../users/users.js';
import type { AdministeredUser } from './user-administration.js';

interface Needs {
  readonly users: Users;
  readonly passwords: Passwords;
  readonly policy: PasswordPolicy;
  readonly endings: SessionEndings;
  readonly notices: Notices;
  readonly audit: Audit;
}

export class PasswordResets {
  constructor(private readonly needs: Needs) {}

  /** Sets a new password. It raises the version before looking for sessions: a login under way must not slip through (R11). */
  async set(actor: Actor, userId: string, password: string): Promise<Outcome<AdministeredUser>> {
    const owner = await this.needs.users.find(userId);
    if (owner === null) return failed(USER_NOT_FOUND);
    const fault = await this.needs.policy.findFault(password, owner, ['input', 'password']);
    if (fault !== null) return failed(fault);
    const passwordHash = await this.needs.passwords.hash(password);
    return this.needs.endings.commit(async (steps): Promise<Outcome<AdministeredUser>> => {
      const { count } = await steps.transaction.user.updateMany({
        where: { id: userId },
        data: { passwordHash, deadPasswordHash: null, credentialVersion: { increment: 1 } },
      });
      const user = await findUserIn(steps.transaction, userId);
      if (count === 0 || user === null) return failed(USER_NOT_FOUND);
      await removeCodesOf(steps.transaction, userId);
      await this.needs.audit.record(steps.transaction, { kind: 'user.password-reset', actor: actor.id, userId });
      await this.needs.notices.passwordChanged(steps.transaction, user.email, actor.origin);
      const ended = await steps.end({ sessions: { userId }, reason: 'PASSWORD_RESET', actor: actor.id });
      return done({ user, endedSessions: ended.length });
    });
  }
}
