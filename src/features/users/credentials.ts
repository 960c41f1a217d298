/** Checks credentials; an unknown user, a wrong password and a disabled user get the same answer in the same time. */
import type { Database } from '../../database/database.js';
import { failed } from '../../lib/errors.js';
import type { Origin } from '../../lib/origin.js';
import type { Audit, AuditEvent } from '../audit/audit.js';
import type { AttemptLimits, PasswordAttempt } from '../limits/attempt-limits.js';
import { isTooLong } from '../passwords/password-policy.js';
import type { Passwords } from '../passwords/passwords.js';
import type { Users, UserWithSecrets } from './users.js';

interface Presented {
  readonly email: string;
  readonly password: string;
  readonly origin: Origin;
}

/** Gets the user whose password was right. */
type Enter<Result> = (user: UserWithSecrets, attempt: Pick<PasswordAttempt, 'giveBack' | 'returning'>) => Promise<Result>;

type Failure = Pick<AuditEvent, 'kind' | 'actor' | 'sessionId'>;

/** The answer to a user who is logged in. Other callers do not learn what was wrong. */
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
   * Finds the user with this email and password, and lets the user in while the attempt still has its turn: right passwords that wait
   * together must not use up each other's budget.
   *
   * @param enter what a right password is for; its transaction takes the attempt back
   * @returns null if email or password is wrong, or the user is disabled
   * @throws LatchkeyError RATE_LIMITED if too many passwords were tried; then even the right one is refused
   */
  check<Result>({ email, password, origin }: Presented, enter: Enter<Result>): Promise<Result | null> {
    const failure = { kind: 'login.failed', actor: 'server' } as const;
    return this.#try({ email, password, origin }, failure, () => this.needs.users.findByEmail(email), enter);
  }

  /**
   * Checks the password of a user who is logged in and must enter it again. A wrong one counts like a failed login.
   *
   * @throws LatchkeyError RATE_LIMITED
   */
  async confirm(user: UserWithSecrets, password: string, origin: Origin, sessionId: string): Promise<boolean> {
    const failure = { kind: 'reauthentication.failed', actor: user.id, sessionId } as const;
    const isRight = await this.#try(
      { email: user.email, password, origin },
      failure,
      async () => user,
      async (_user, attempt) => {
        await attempt.giveBack();
        return true;
      },
    );
    return isRight ?? false;
  }

  async #try<Result>(
    { email, password, origin }: Presented,
    failure: Failure,
    findUser: () => Promise<UserWithSecrets | null>,
    enter: Enter<Result>,
  ): Promise<Result | null> {
    // No user can have chosen such a password, so the quick answer tells nothing about the user.
    if (isTooLong(password) || !password.isWellFormed()) return null;
    const attempt = await this.needs.limits.beginPassword(email, origin);
    const user = await findUser();
    const { isRight, usedUp, refusal, entered } = await this.needs.passwords.inTurn(origin, async (matches) => {
      // Count here, not before the wait for the turn.
      const { mayBeRight, ...counted } = await attempt.spend();
      const isRight = (await matches(user?.passwordHash ?? null, password)) && mayBeRight;
      const isAdmitted = isRight && user !== null && user.disabledAt === null;
      return { isRight, ...counted, entered: isAdmitted ? { result: await enter(user, attempt) } : null };
    });
    if (entered !== null) return entered.result;
    const reason = isRight ? 'USER_DISABLED' : 'INVALID_CREDENTIALS';
    await this.#record({ ...failure, reason, ...(user && { userId: user.id }), ...origin }, usedUp, refusal !== null);
    if (refusal !== null) throw refusal;
    return null;
  }

  /**
   * Records the failure and each budget that it used up. Refused attempts leave no event of their own: a flood must not fill the
   * disk.
   */
  async #record(failure: AuditEvent, usedUp: readonly string[], isRefused: boolean): Promise<void> {
    const limited = usedUp.map((reason): AuditEvent => {
      // Attempts on many users use up the budget of an address; the event is not about the last of them.
      const userId = reason === 'ADDRESS' ? undefined : failure.userId;
      return { ...failure, kind: 'login.rate-limited', actor: 'server', userId, reason };
    });
    const events = isRefused ? limited : [failure, ...limited];
    if (events.length > 0) await this.needs.database.hotTransaction((transaction) => this.needs.audit.record(transaction, ...events));
  }
}
