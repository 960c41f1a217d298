/** Deletes a user: removes all personal data, but keeps the blacklist entries until the old tokens expire. */

import type { AccessToken } from '../../caller/access-token-claims.js';
import { done, failed, LatchkeyError, type Outcome } from '../../lib/errors.js';
import type { Origin } from '../../lib/origin.js';
import type { Audit } from '../audit/audit.js';
import type { EndingSteps } from '../endings/ending-steps.js';
import type { SessionEndings } from '../endings/session-endings.js';
import type { Outbox } from '../mail/outbox.js';
import { isLastAdministrator, LAST_ADMINISTRATOR } from '../users/administrators.js';
import { type Credentials, WRONG_PASSWORD } from '../users/credentials.js';
import { fenceUser, findUserIn, USER_NOT_FOUND, type Users } from '../users/users.js';

export interface DeletedUser {
  readonly id: string;
  readonly endedSessions: number;
}

interface Needs {
  readonly users: Users;
  readonly credentials: Credentials;
  readonly endings: SessionEndings;
  readonly outbox: Outbox;
  readonly audit: Audit;
}

export class UserDeletion {
  constructor(private readonly needs: Needs) {}

  /**
   * Deletes the caller, who must confirm with the password.
   *
   * @throws LatchkeyError UNAUTHENTICATED when the session has ended meanwhile
   */
  async deleteOwn(token: AccessToken, password: string, origin: Origin): Promise<Outcome<DeletedUser>> {
    const user = await this.needs.users.findWithSecrets(token.sub);
    if (user === null) throw LatchkeyError.unauthenticated('TOKEN_REVOKED', true);
    if (!(await this.needs.credentials.confirm(user, password, origin, token.sid))) return WRONG_PASSWORD;
    return this.needs.endings.commit(async (steps) => {
      if (!(await fenceUser(steps.transaction, user.id, user.credentialVersion))) return WRONG_PASSWORD;
      await steps.assertLive(token);
      return this.#remove(steps, user.id, user.id);
    });
  }

  /** Deletes any user, for an operator. */
  delete(userId: string, actor: string): Promise<Outcome<DeletedUser>> {
    return this.needs.endings.commit((steps) => this.#remove(steps, userId, actor));
  }

  /**
   * Deletes the user's row with its sessions, tokens, roles, codes and queued mails. Audit events stay, but lose their IP addresses
   * and user agents. This is the one exception to the rule that nothing changes an audit event.
   */
  async #remove(steps: EndingSteps, userId: string, actor: string): Promise<Outcome<DeletedUser>> {
    const { transaction } = steps;
    if (await isLastAdministrator(transaction, userId)) return failed(LAST_ADMINISTRATOR);
    const { count } = await transaction.user.updateMany({ where: { id: userId }, data: { credentialVersion: { increment: 1 } } });
    const user = await findUserIn(transaction, userId);
    if (count === 0 || user === null) return failed(USER_NOT_FOUND);
    const ended = await steps.end({ sessions: { userId }, reason: 'USER_DELETED', actor });
    await this.needs.audit.record(transaction, { kind: 'user.deleted', actor, userId });
    await transaction.auditEvent.updateMany({ where: { OR: [{ userId }, { actor: userId }] }, data: { ipAddress: null, userAgent: null } });
    await this.needs.outbox.withdraw(transaction, user.email);
    await transaction.user.delete({ where: { id: userId } });
    return done({ id: userId, endedSessions: ended.length });
  }
}
