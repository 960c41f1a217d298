/** Checks credentials: who is this? Unknown user, wrong password and disabled user get the same answer in the same time. */
import type { Database } from '../../database/database.js';
import { failed } from '../../lib/errors.js';
import type { Origin } from '../../lib/origin.js';
import type { Audit, AuditEvent } from '../audit/audit.js';
import type { AttemptLimits } from '../limits/attempt-limits.js';
import { isTooLong } from '../passwords/password-policy.js';
import type { Passwords } from '../passwords/passwords.js';
import type { Users, UserWithSecrets } from './users.js';

interface Presented {
  readonly email: string;
  readonly password: string;
  readonly origin: Origin;
}

type Failure = Pick<AuditEvent, 'kind' | 'actor' | 'sessionId'>;

/** What is answered to a user who is logged in; of others it is not said what was wrong. */
export const WRONG_PASSWORD = failed({ code: 'INVALID_CREDENTIALS', message: 'The password is wrong.', field: ['input', 'password'] });

interface Needs {
  readonly database: Database;
  readonly users: Users;
  readonly passwords: Passwords;
  readonly limits: AttemptLimits;
  readonly audit: Audit;
}

export class Credentials {
  constructor(private readonly needs: Needs) {}

  /**
   * Whom the email and the password stand for; null if for nobody who may log in.
   *
   * @throws LatchkeyError RATE_LIMITED if too many passwords were tried; then the right one is not looked at either
   */
  check(email: string, password: string, origin: Origin): Promise<UserWithSecrets | null> {
    const failure = { kind: 'login.failed', actor: 'server' } as const;
    return this.#try({ email, password, origin }, failure, () => this.needs.users.findByEmail(email));
  }

  /**
   * Whether it is the password of a user who is logged in already, and is asked for it again. It counts like a login.
   *
   * @throws LatchkeyError RATE_LIMITED
   */
  async confirm(user: UserWithSecrets, password: string, origin: Origin, sessionId: string): Promise<boolean> {
    const failure = { kind: 'reauthentication.failed', actor: user.id, sessionId } as const;
    return (await this.#try({ email: user.email, password, origin }, failure, async () => user)) !== null;
  }

  async #try(
    { email, password, origin }: Presented,
    failure: Failure,
    findUser: () => Promise<UserWithSecrets | null>,
  ): Promise<UserWithSecrets | null> {
    // No password of this kind can have been chosen, whoever the user is, so nothing is given away.
    if (isTooLong(password) || !password.isWellFormed()) return null;
    const attempt = await this.needs.limits.beginPassword(email, origin);
    const user = await findUser();
    const { isRight, usedUp } = await this.needs.passwords.inTurn(origin, async (matches) => {
      // Counted when it is its turn: right passwords that wait here do not use up the budget of each other.
      const usedUp = await attempt.spend();
      const isRight = await matches(user?.passwordHash ?? null, password);
      if (isRight && user?.disabledAt === null) await attempt.giveBack();
      return { isRight, usedUp };
    });
    if (isRight && user?.disabledAt === null) return user;
    const reason = isRight ? 'USER_DISABLED' : 'INVALID_CREDENTIALS';
    await this.#record({ ...failure, reason, ...(user && { userId: user.id }), ...origin }, usedUp);
    return null;
  }

  /** What is refused later leaves no trace, so the attempt that used up a budget tells of it: a flood must not fill the disk. */
  #record(failure: AuditEvent, usedUp: readonly string[]): Promise<void> {
    const limited = usedUp.map((reason): AuditEvent => {
      // What an address has used up is not about the user who happened to be the last.
      const userId = reason === 'ADDRESS' ? undefined : failure.userId;
      return { ...failure, kind: 'login.rate-limited', actor: 'server', userId, reason };
    });
    return this.needs.database.transaction((transaction) => this.needs.audit.record(transaction, failure, ...limited));
  }
}
