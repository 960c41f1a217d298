/** Verifies that an email address belongs to its user, with a code mailed to it. */

import type { Database, Transaction } from '../../database/database.js';
import { isForeignKeyViolation } from '../../database/failures.js';
import { storedKeysOf } from '../../lib/email-address.js';
import { done, LatchkeyError, type Outcome } from '../../lib/errors.js';
import type { Origin } from '../../lib/origin.js';
import type { World } from '../../world.js';
import type { Audit } from '../audit/audit.js';
import type { AttemptLimits } from '../limits/attempt-limits.js';
import { INVALID_CODE, type MailCodes } from '../mail/mail-codes.js';
import { verifyEmail } from '../mail/mail-texts.js';
import { lockUser, type User, type Users } from '../users/users.js';

interface Needs {
  readonly database: Database;
  readonly users: Users;
  readonly codes: MailCodes;
  readonly limits: AttemptLimits;
  readonly audit: Audit;
}

export class EmailVerifications {
  constructor(
    private readonly world: World,
    private readonly needs: Needs,
  ) {}

  /**
   * Mails a code to the user's own address, unless it is verified already.
   *
   * @throws LatchkeyError UNAUTHENTICATED when the user is gone, RATE_LIMITED
   */
  async request(userId: string, origin: Origin): Promise<Outcome<null>> {
    const user = await this.needs.users.find(userId);
    if (user === null) throw LatchkeyError.unauthenticated('TOKEN_REVOKED', true);
    if (user.emailVerifiedAt !== null) return done(null);
    await this.needs.limits.spendMail(user.email, origin);
    try {
      await this.needs.database.transaction((transaction) => this.send(transaction, user));
    } catch (error) {
      // The user was deleted meanwhile.
      throw isForeignKeyViolation(error) ? LatchkeyError.unauthenticated('TOKEN_REVOKED', true) : error;
    }
    return done(null);
  }

  /** Mails a code within the transaction, which may be the one that creates the user. */
  send(transaction: Transaction, { id, email }: Pick<User, 'id' | 'email'>): Promise<void> {
    return this.needs.codes.send(transaction, {
      purpose: 'email-verification',
      userId: id,
      payload: { userId: id, email },
      mailWith: (code) => verifyEmail(email, code, this.world.config),
    });
  }

  async verify(text: string, origin: Origin): Promise<Outcome<null>> {
    const code = await this.needs.codes.find('email-verification', text, origin);
    if (code === null) return INVALID_CODE;
    const { userId, email } = code.payload;
    return this.needs.database.transaction(async (transaction): Promise<Outcome<null>> => {
      await lockUser(transaction, userId);
      if (!(await this.needs.codes.use(transaction, code))) return INVALID_CODE;
      const { count } = await transaction.user.updateMany({
        where: { id: userId, emailKey: { in: [...storedKeysOf(email)] }, disabledAt: null },
        data: { emailVerifiedAt: new Date(this.world.clock.now()) },
      });
      if (count === 0) return INVALID_CODE;
      await this.needs.audit.record(transaction, { kind: 'user.email-verified', actor: userId, userId, ...origin });
      return done(null);
    });
  }
}
