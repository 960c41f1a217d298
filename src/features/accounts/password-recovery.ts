/** Lets a user who has lost the password set a new one with a mailed code. */

import type { Database } from '../../database/database.js';
import { isForeignKeyViolation } from '../../database/failures.js';
import { storedKeysOf, toEmailAddress } from '../../lib/email-address.js';
import { done, failed, type Outcome } from '../../lib/errors.js';
import type { Origin } from '../../lib/origin.js';
import type { World } from '../../world.js';
import type { Audit } from '../audit/audit.js';
import type { EndingSteps } from '../endings/ending-steps.js';
import type { SessionEndings } from '../endings/session-endings.js';
import type { AttemptLimits } from '../limits/attempt-limits.js';
import { INVALID_CODE, type MailCodes, removeCodesOf } from '../mail/mail-codes.js';
import { passwordResetRequired, resetPassword } from '../mail/mail-texts.js';
import type { Notices } from '../mail/notices.js';
import type { PasswordPolicy } from '../passwords/password-policy.js';
import type { Passwords } from '../passwords/passwords.js';
import { EMAIL_INVALID, lockUser, type Users, type UserWithSecrets } from '../users/users.js';

const PASSWORD_DEAD = failed({
  code: 'PASSWORD_REUSED',
  message: 'This password can no longer be used. Choose a different one.',
  field: ['input', 'newPassword'],
});

interface Needs {
  readonly database: Database;
  readonly users: Users;
  readonly passwords: Passwords;
  readonly policy: PasswordPolicy;
  readonly codes: MailCodes;
  readonly limits: AttemptLimits;
  readonly notices: Notices;
  readonly endings: SessionEndings;
  readonly audit: Audit;
}

export class PasswordRecovery {
  constructor(
    private readonly world: World,
    private readonly needs: Needs,
  ) {}

  /**
   * Mails a code. For an unknown address or a disabled user it does the same work with a decoy: a code and a mail that nobody
   * gets. Otherwise the answer, or its timing, would reveal who is registered.
   *
   * @throws LatchkeyError RATE_LIMITED
   */
  async request(typed: string, origin: Origin): Promise<Outcome<null>> {
    const email = toEmailAddress(typed);
    if (email === null) return failed({ ...EMAIL_INVALID, field: ['input', 'email'] });
    await this.needs.limits.spendMail(email, origin);
    const found = await this.needs.users.findByEmail(typed);
    const user = found?.disabledAt === null ? found : null;
    const asked = { origin, at: this.world.clock.now() };
    // Mail to the registered address, never to the typed one: the two may only look alike, and belong to different people.
    const to = user?.email ?? email;
    const sent = this.needs.database.transaction(async (transaction) => {
      await this.needs.codes.send(transaction, {
        purpose: 'password-reset',
        userId: user?.id ?? null,
        payload: { userId: user?.id ?? '', email: to },
        mailWith: (code) => resetPassword(to, code, this.world.config, asked),
        isDecoy: user === null,
      });
      const event = { kind: 'user.password-reset-requested', actor: 'server', userId: user?.id ?? null, ...origin } as const;
      await this.needs.audit.record(transaction, event);
    });
    await sent.catch((error: unknown) => {
      // The user was deleted meanwhile: answer as for an unknown address.
      if (!isForeignKeyViolation(error)) throw error;
    });
    return done(null);
  }

  /**
   * Makes the password useless and mails a code for a new one, within the caller's transaction. A disabled user gets no mail,
   * because the code would not work.
   */
  async require({ transaction }: EndingSteps, user: UserWithSecrets): Promise<void> {
    const deadPasswordHash = user.deadPasswordHash ?? user.passwordHash;
    await transaction.user.update({ where: { id: user.id }, data: { passwordHash: this.needs.passwords.makeDead(), deadPasswordHash } });
    await removeCodesOf(transaction, user.id);
    if (user.disabledAt !== null) return;
    await this.needs.codes.send(transaction, {
      purpose: 'password-reset',
      userId: user.id,
      payload: { userId: user.id, email: user.email },
      mailWith: (code) => passwordResetRequired(user.email, code, this.world.config),
    });
  }

  /** Sets the new password. When it returns, every session and every other code of the user is dead. It does not log in. */
  async reset(text: string, newPassword: string, origin: Origin): Promise<Outcome<null>> {
    const code = await this.needs.codes.find('password-reset', text, origin);
    const user = code === null ? null : await this.needs.users.findWithSecrets(code.payload.userId);
    if (code === null || user === null) return INVALID_CODE;
    const fault = await this.needs.policy.findFault(newPassword, user, ['input', 'newPassword']);
    if (fault !== null) return failed(fault);
    if (
      user.deadPasswordHash !== null &&
      (await this.needs.passwords.inTurn(origin, (matches) => matches(user.deadPasswordHash, newPassword)))
    ) {
      return PASSWORD_DEAD;
    }
    const passwordHash = await this.needs.passwords.hash(newPassword, origin);
    const { userId, email } = code.payload;
    const outcome = await this.needs.endings.commit(async (steps): Promise<Outcome<null>> => {
      const { transaction } = steps;
      await lockUser(transaction, userId);
      if (!(await this.needs.codes.use(transaction, code))) return INVALID_CODE;
      // Raise the version before looking for sessions: a login or refresh under way must not slip through (R11, R18).
      // The code came by mail, so using it verifies the address too.
      const { count } = await transaction.user.updateMany({
        where: { id: userId, emailKey: { in: [...storedKeysOf(email)] }, disabledAt: null },
        data: {
          passwordHash,
          deadPasswordHash: null,
          credentialVersion: { increment: 1 },
          emailVerifiedAt: new Date(this.world.clock.now()),
        },
      });
      if (count === 0) return INVALID_CODE;
      await removeCodesOf(transaction, userId);
      await this.needs.audit.record(transaction, { kind: 'user.password-reset', actor: userId, userId, ...origin });
      await this.needs.notices.passwordChanged(transaction, email, origin);
      await steps.end({ sessions: { userId }, reason: 'PASSWORD_RESET', actor: userId, ipAddress: origin.ipAddress });
      return done(null);
    });
    // A user locked out by somebody else's guesses can now log in from this place. The new password stands even if this fails.
    if (outcome.kind === 'done') await this.needs.limits.rememberAddress(email, origin).catch(() => undefined);
    return outcome;
  }
}
