/** Re-authentication: before a destructive action, the user must have entered the password recently in the same session. */

import type { AccessToken } from '../../caller/access-token-claims.js';
import { done, type Outcome, type UserFailure } from '../../lib/errors.js';
import type { Origin } from '../../lib/origin.js';
import type { World } from '../../world.js';
import type { Audit } from '../audit/audit.js';
import type { Actor } from '../endings/actor.js';
import type { EndingSteps } from '../endings/ending-steps.js';
import type { SessionEndings } from '../endings/session-endings.js';
import { type Credentials, WRONG_PASSWORD } from '../users/credentials.js';
import { fenceUser, type Users } from '../users/users.js';

/** Until when the session may do destructive actions. */
export interface Reauthenticated {
  readonly validUntil: Date;
}

const REQUIRED: UserFailure = {
  code: 'REAUTHENTICATION_REQUIRED',
  message: 'Show your password again with `reauthenticate`, then repeat this.',
};

interface Needs {
  readonly users: Users;
  readonly credentials: Credentials;
  readonly endings: SessionEndings;
  readonly audit: Audit;
}

export class Reauthentication {
  constructor(
    private readonly world: World,
    private readonly needs: Needs,
  ) {}

  /**
   * Checks the password again and stores the time in the session.
   *
   * @throws LatchkeyError UNAUTHENTICATED when the session has ended meanwhile
   */
  async reauthenticate(token: AccessToken, password: string, origin: Origin): Promise<Outcome<Reauthenticated>> {
    const { sub: userId, sid } = token;
    const user = await this.needs.users.findWithSecrets(userId);
    const isRight = user !== null && (await this.needs.credentials.confirm(user, password, origin, sid));
    const now = this.world.clock.now();
    return this.needs.endings.commit(async (steps) => {
      const { transaction } = steps;
      const isStill = isRight && (await fenceUser(transaction, userId, user.credentialVersion));
      await steps.assertLive(token);
      if (!isStill) return WRONG_PASSWORD;
      await this.needs.audit.record(transaction, { kind: 'reauthentication.done', actor: userId, userId, sessionId: sid, ...origin });
      await transaction.session.updateMany({ where: { id: sid }, data: { authenticatedAt: new Date(now) } });
      return done({ validUntil: new Date(now + this.world.config.reauthenticationTtlSeconds * 1000) });
    });
  }

  /**
   * Checks the precondition of an action, inside its transaction: a live token, and a password entered recently.
   *
   * @returns what the user must do first, or null
   * @throws LatchkeyError UNAUTHENTICATED
   */
  async findPrecondition(steps: EndingSteps, { token }: Actor): Promise<UserFailure | null> {
    if (token === null) return null;
    await steps.assertLive(token);
    const session = await steps.transaction.session.findUnique({ where: { id: token.sid }, select: { authenticatedAt: true } });
    // Take the absolute difference: a clock that was set back must not extend the time.
    const ageMs = Math.abs(this.world.clock.now() - (session?.authenticatedAt.getTime() ?? 0));
    return ageMs <= this.world.config.reauthenticationTtlSeconds * 1000 ? null : REQUIRED;
  }
}
