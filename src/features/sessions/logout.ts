/** Logs out of this session, the others, or all, with whichever token the client still has (R13). */

import type { AccessToken } from '../../caller/access-token-claims.js';
import type { Caller } from '../../caller/caller.js';
import type { Prisma } from '../../database/generated/client.js';
import { done, failed, LatchkeyError, type Outcome } from '../../lib/errors.js';
import type { Origin } from '../../lib/origin.js';
import type { Confirmation } from '../../revocation/coordinator.js';
import type { World } from '../../world.js';
import type { JointLogouts } from '../endings/joint-logouts.js';
import type { SessionEndings } from '../endings/session-endings.js';
import type { Sessions } from './sessions.js';

export type LogoutScope = 'CURRENT' | 'OTHERS' | 'ALL';

export interface LogoutRequest {
  /** The claims of an access token whose signature is right: live, expired or revoked. */
  readonly token: AccessToken | null;
  /** Why the caller is not authenticated; null when it is. */
  readonly denial: Pick<Extract<Caller, { kind: 'anonymous' }>, 'reason' | 'sessionEnded'> | null;
  /** The refresh tokens that the client sent, in the input or in a cookie. */
  readonly refreshTokens: readonly string[];
  readonly scope: LogoutScope;
  readonly origin: Origin;
}

export interface LoggedOut {
  readonly loggedOutAt: Date;
  readonly endedSessions: number;
  readonly confirmation: Confirmation;
}

const REASONS = { OTHERS: 'LOGOUT_OTHERS', ALL: 'LOGOUT_ALL' } as const;

interface Needs {
  readonly sessions: Sessions;
  readonly endings: SessionEndings;
  readonly joint: JointLogouts;
}

export class Logout {
  constructor(
    private readonly world: World,
    private readonly needs: Needs,
  ) {}

  /**
   * Ends the sessions; when it returns, none of their tokens is accepted. An expired or revoked access token still ends its
   * session, or the session would live on in its refresh token. If the tokens belong to several sessions, all of these end.
   *
   * @throws LatchkeyError UNAUTHENTICATED without any token, and for OTHERS and ALL without a live session
   */
  async logOut({ token, denial, refreshTokens, scope, origin }: LogoutRequest): Promise<Outcome<LoggedOut>> {
    if (denial !== null && (scope !== 'CURRENT' || (token === null && refreshTokens.length === 0)))
      throw LatchkeyError.unauthenticated(denial.reason, denial.sessionEnded);
    const found = await Promise.all(refreshTokens.map((text) => this.needs.sessions.findByRefreshToken(text)));
    const shown = found.filter((session) => session !== null);
    if (token === null && shown.length === 0) {
      return failed({ code: 'INVALID_REFRESH_TOKEN', message: 'The refresh token is unknown.', field: ['input', 'refreshToken'] });
    }
    const shownIds = shown.map(({ id }) => id).filter((id) => !isSpared(id, token, scope));
    const ending = { actor: token?.sub ?? shown[0]?.userId ?? 'server', ...origin };
    const { result: ended, confirmation } =
      token === null || scope === 'CURRENT'
        ? await this.needs.joint.end({ ...ending, sessionIds: [...(token === null ? [] : [token.sid]), ...shownIds] })
        : await this.needs.endings.confirm(async (steps) => {
            await steps.assertLive(token);
            return steps.end({
              ...ending,
              reason: REASONS[scope],
              sessions: { OR: [targetsOf(token, scope), ...shownIds.map((id) => ({ id }))] },
            });
          });
    const loggedOutAt = new Date(this.world.clock.now());
    // Do not count expired sessions that were not pruned yet: for their user they had ended already.
    return done({ loggedOutAt, endedSessions: ended.filter(({ idleExpiresAt }) => idleExpiresAt > loggedOutAt).length, confirmation });
  }
}

function targetsOf(token: AccessToken, scope: 'OTHERS' | 'ALL'): Prisma.SessionWhereInput {
  return scope === 'OTHERS' ? { userId: token.sub, id: { not: token.sid } } : { userId: token.sub };
}

/** OTHERS keeps the session of the access token, even if the client also sends its refresh token. */
function isSpared(sessionId: string, token: AccessToken | null, scope: LogoutScope): boolean {
  return scope === 'OTHERS' && sessionId === token?.sid;
}
