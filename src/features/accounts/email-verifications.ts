/** A user shows that the address is theirs, with a code that was mailed to it. */

import type { Database, Transaction } from '../../database/database.js';
import { isForeignKeyViolation } from '../../database/failures.js';
import type { Clock } from '../../lib/ambient.js';
import { done, LatchkeyError, type Outcome } from '../../lib/errors.js';
import type { Origin } from '../../lib/origin.js';
import { emailKeyOf } from '../../lib/text-rules.js';
import type { Audit } from '../audit/audit.js';
import type { AttemptLimits } from '../limits/attempt-limits.js';
import { INVALID_CODE, type MailCodes } from '../mail/mail-codes.js';
import { type Site, verifyEmail } from '../mail/mail-texts.js';
import { lockUser, type User, type Users } from '../users/users.js';

export class EmailVerifications {
  constructor(
    private readonly database: Database,
    private readonly users: Users,
    private readonly codes: MailCodes,
    private readonly limits: AttemptLimits,
    private readonly audit: Audit,
    private readonly site: Site,
    private readonly clock: Clock,
  ) {}

  /**
   * Mails a code to the user's own address; to one that is verified already, nothing.
   *
   * @throws LatchkeyError UNAUTHENTICATED when the user is gone, RATE_LIMITED
   */
  async request(userId: string, origin: Origin): Promise<Outcome<null>> {
    const user = await this.users.find(userId);
    if (user === null) throw LatchkeyError.unauthenticated('TOKEN_REVOKED');
    if (user.emailVerifiedAt !== null) return done(null);
    await this.limits.spendMail(user.email, origin);
    try {
      await this.database.transaction((transaction) => this.send(transaction, user));
    } catch (error) {
      // Deleted meanwhile.
      throw isForeignKeyViolation(error) ? LatchkeyError.unauthenticated('TOKEN_REVOKED') : error;
    }
    return done(null);
  }

  /** Mails a code in the transaction, which may be the one that makes the user. */
  send(transaction: Transaction, { id, email }: Pick<User, 'id' | 'email'>): Promise<void> {
    return this.codes.send(transaction, {
      purpose: 'email-verification',
      userId: id,
      payload: { userId: id, email },
      letterWith: (code) => verifyEmail(email, code, this.site),
    });
  }

  async verify(text: string, origin: Origin): Promise<Outcome<null>> {
    const code = await this.codes.find('email-verification', text, origin);
    if (code === null) return INVALID_CODE;
    const { userId, email } = code.payload;
    return this.database.transaction(async (transaction): Promise<Outcome<null>> => {
      await lockUser(transaction, userId);
      if (!(await this.codes.use(transaction, code))) return INVALID_CODE;
      const { count } = await transaction.user.updateMany({
        where: { id: userId, emailKey: emailKeyOf(email), disabledAt: null },
        data: { emailVerifiedAt: new Date(this.clock.now()) },
      });
      if (count === 0) return INVALID_CODE;
      await this.audit.record(transaction, { kind: 'user.email-verified', actor: userId, userId, ...origin });
      return done(null);
    });
  }
}
