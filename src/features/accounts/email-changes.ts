/** Changes a user's email address: the user asks with a recent password and confirms with a code mailed to the new address. */

import type { AccessToken } from '../../caller/access-token-claims.js';
import { isUniqueViolation } from '../../database/failures.js';
import { storedKeysOf, toEmailAddress } from '../../lib/email-address.js';
import { done, failed, LatchkeyError, type Outcome } from '../../lib/errors.js';
import type { Origin } from '../../lib/origin.js';
import { searchKeyOf } from '../../lib/text-rules.js';
import { readState } from '../../revocation/blacklist.js';
import type { World } from '../../world.js';
import type { Audit } from '../audit/audit.js';
import type { EndingSteps } from '../endings/ending-steps.js';
import { liveAt } from '../endings/live-sessions.js';
import type { SessionEndings } from '../endings/session-endings.js';
import type { AttemptLimits } from '../limits/attempt-limits.js';
import { INVALID_CODE, type MailCodes, removeCodesOf, type ShownCode } from '../mail/mail-codes.js';
import { addressInUse, confirmEmailChange } from '../mail/mail-texts.js';
import type { Notices } from '../mail/notices.js';
import type { Reauthentication } from '../sessions/reauthentication.js';
import { EMAIL_INVALID, findUserIn, freeKeyOf, lockUser, type Users } from '../users/users.js';

interface Needs {
  readonly users: Users;
  readonly reauthentication: Reauthentication;
  readonly codes: MailCodes;
  readonly limits: AttemptLimits;
  readonly notices: Notices;
  readonly endings: SessionEndings;
  readonly audit: Audit;
}

export class EmailChanges {
  constructor(
    private readonly world: World,
    private readonly needs: Needs,
  ) {}

  /**
   * Mails a code to the new address. If that address is taken, the answer is the same and its owner gets a different mail,
   * so the caller can't find out who is registered.
   *
   * @throws LatchkeyError UNAUTHENTICATED when the session has ended meanwhile, RATE_LIMITED
   */
  async request(token: AccessToken, typed: string, origin: Origin): Promise<Outcome<null>> {
    const newEmail = toEmailAddress(typed);
    if (newEmail === null) return failed({ ...EMAIL_INVALID, field: ['input', 'newEmail'] });
    const { sub: userId, sid: sessionId } = token;
    await this.needs.limits.spendMail(newEmail, origin);
    const owner = await this.needs.users.findByEmail(newEmail);
    const event = { origin, at: this.world.clock.now() };
    return this.needs.endings.commit(async (steps): Promise<Outcome<null>> => {
      const { transaction } = steps;
      const missing = await this.needs.reauthentication.findPrecondition(steps, { id: userId, token, origin });
      if (missing !== null) return failed(missing);
      const user = await findUserIn(transaction, userId);
      if (user === null) throw LatchkeyError.unauthenticated('TOKEN_REVOKED', true);
      await this.needs.codes.send(transaction, {
        purpose: 'email-change',
        userId,
        payload: { userId, email: user.email, newEmail, sessionId },
        mailWith: (code) =>
          owner === null || owner.id === userId
            ? confirmEmailChange(newEmail, code, this.world.config, event)
            : addressInUse(owner.email, this.world.config, event),
      });
      await this.needs.audit.record(transaction, { kind: 'user.email-change-requested', actor: userId, userId, sessionId, ...origin });
      return done(null);
    });
  }

  /**
   * Changes the address. When it returns, every other session has ended. The session that asked continues through its refresh
   * token; its access tokens are revoked. It must still be live: a user who ended it has rejected what was asked for in it.
   */
  async confirm(text: string, origin: Origin): Promise<Outcome<null>> {
    const code = await this.needs.codes.find('email-change', text, origin);
    if (code === null) return INVALID_CODE;
    try {
      const isChanged = await this.needs.endings.commit((steps) => this.#change(steps, code, origin));
      if (!isChanged) return INVALID_CODE;
      // Attempts are counted per email address: the new one has no usual place yet. The change stands even if this fails.
      await this.needs.limits.rememberAddress(code.payload.newEmail, origin).catch(() => undefined);
      return done(null);
    } catch (error) {
      // Somebody else has registered with the new address meanwhile.
      if (isUniqueViolation(error)) return INVALID_CODE;
      throw error;
    }
  }

  async #change(steps: EndingSteps, code: ShownCode<'email-change'>, origin: Origin): Promise<boolean> {
    const { transaction } = steps;
    const { userId, email, newEmail, sessionId } = code.payload;
    const now = this.world.clock.now();
    // Lock the user first, then the session, as a refresh does: the opposite order could deadlock.
    await lockUser(transaction, userId);
    if (!(await this.needs.codes.use(transaction, code))) return false;
    const asking = await transaction.session.updateMany({
      where: { id: sessionId, userId, ...liveAt(now, await readState(transaction)) },
      data: { endedReason: null },
    });
    const user = await findUserIn(transaction, userId);
    if (asking.count === 0 || user === null) return false;
    // Raise the version before looking for sessions: a login or refresh under way must not slip through (R11, R18).
    const { count } = await transaction.user.updateMany({
      where: { id: userId, emailKey: { in: [...storedKeysOf(email)] }, disabledAt: null },
      data: {
        email: newEmail,
        emailKey: await freeKeyOf(transaction, newEmail, userId),
        searchKey: searchKeyOf(newEmail, user.name),
        emailVerifiedAt: new Date(now),
        credentialVersion: { increment: 1 },
      },
    });
    if (count === 0) return false;
    await removeCodesOf(transaction, userId);
    await this.needs.audit.record(transaction, { kind: 'user.email-changed', actor: userId, userId, sessionId, ...origin });
    await this.needs.notices.emailChanged(transaction, email, origin);
    const ending = { reason: 'EMAIL_CHANGED', actor: userId, ipAddress: origin.ipAddress } as const;
    await steps.end({ ...ending, sessions: { userId, id: { not: sessionId } } });
    await steps.revokeAccessTokens({ ...ending, sessions: { id: sessionId } });
    return true;
  }
}
