/** The steps that a revoking transaction is made of. They run inside the funnel, `SessionEndings.commit`, and nowhere else. */
import type { Clock } from '../ambient.js';
import type { Transaction } from '../database/database.js';
import type { Prisma } from '../database/generated/client.js';
import { LatchkeyError } from '../errors.js';
import { type BlacklistEntry, findBlacklisted } from '../revocation/blacklist.js';
import type { Audit, AuditEvent } from './audit.js';

export type EndingReason =
  | 'LOGOUT'
  | 'LOGOUT_OTHERS'
  | 'LOGOUT_ALL'
  | 'REVOKED_BY_USER'
  | 'REVOKED_BY_ADMIN'
  | 'PASSWORD_CHANGED'
  | 'PASSWORD_RESET'
  | 'ROLES_CHANGED'
  | 'REFRESH_TOKEN_REUSED'
  | 'USER_DISABLED'
  | 'USER_DELETED'
  | 'SESSION_LIMIT'
  | 'EXPIRED';

/** Which sessions, why, and who says so. */
export interface Ending {
  readonly sessions: Prisma.SessionWhereInput;
  readonly reason: EndingReason;
  /** A user id, or `command-line`, or `server`. */
  readonly actor: string;
  readonly ipAddress?: string | null;
}

export interface EndedSession {
  readonly id: string;
  readonly userId: string;
  readonly accessTokensExpireAt: Date;
  readonly idleExpiresAt: Date;
}

/** The token that something is done with. */
export interface ActingToken {
  readonly sid: string;
  readonly jti: string;
}

export function beginSteps(transaction: Transaction, audit: Audit, clock: Clock): EndingSteps {
  return new EndingSteps(transaction, audit, clock);
}

export class EndingSteps {
  readonly #entries: BlacklistEntry[] = [];

  constructor(
    readonly transaction: Transaction,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  /** What the steps so far revoke. */
  get entries(): readonly BlacklistEntry[] {
    return this.#entries;
  }

  /**
   * Makes what follows stand or fall with the token that it is done with: a plain read would fence nothing on every database.
   *
   * @throws LatchkeyError UNAUTHENTICATED when the token's session has ended or the token was revoked
   */
  async assertLive({ sid, jti }: ActingToken): Promise<void> {
    const { count } = await this.transaction.session.updateMany({ where: { id: sid, endedAt: null }, data: { endedReason: null } });
    if (count === 0 || (await findBlacklisted(this.transaction, [jti])).size > 0) throw LatchkeyError.unauthenticated('TOKEN_REVOKED');
  }

  /**
   * Ends the sessions that are not ended yet. Each gets its row, also when its tokens seem to have expired: the clock
   * may be ahead, and what is not written now would be accepted again once it is set right (R7).
   *
   * @returns the sessions that this step ended
   */
  async end({ sessions, ...ending }: Ending): Promise<readonly EndedSession[]> {
    const ended = await this.transaction.session.updateManyAndReturn({
      where: { AND: [sessions, { endedAt: null }] },
      data: { endedAt: new Date(this.clock.now()), endedReason: ending.reason },
      select: { id: true, userId: true, accessTokensExpireAt: true, idleExpiresAt: true },
    });
    await this.audit.record(this.transaction, ...ended.map((session) => eventOf(session, ending)));
    this.#entries.push(...ended.map((session) => entryOf(session, ending.reason)));
    return ended;
  }

  /**
   * Kills the access tokens of live sessions, which go on through their refresh tokens.
   *
   * @returns how many tokens die
   */
  async revokeAccessTokens({ sessions, actor, reason, ipAddress = null }: Ending): Promise<number> {
    const tokens = await this.transaction.accessToken.findMany({
      where: { session: { AND: [sessions, { endedAt: null }] } },
      select: { jti: true, expiresAt: true, session: { select: { id: true, userId: true } } },
    });
    const kind = 'session.access-tokens-revoked';
    const usersBySession = new Map(tokens.map(({ session }) => [session.id, session.userId]));
    const events = [...usersBySession].map(([sessionId, userId]): AuditEvent => ({ kind, actor, userId, sessionId, reason, ipAddress }));
    await this.audit.record(this.transaction, ...events);
    this.#entries.push(
      ...tokens.map(({ jti, expiresAt, session }): BlacklistEntry => {
        return { id: jti, kind: 'jti', userId: session.userId, reason, lastExpiresAt: expiresAt.getTime() };
      }),
    );
    return tokens.length;
  }
}

function eventOf(session: EndedSession, { actor, reason, ipAddress = null }: Omit<Ending, 'sessions'>): AuditEvent {
  return { kind: 'session.ended', actor, userId: session.userId, sessionId: session.id, reason, ipAddress };
}

function entryOf(session: EndedSession, reason: EndingReason): BlacklistEntry {
  return { id: session.id, kind: 'sid', userId: session.userId, reason, lastExpiresAt: session.accessTokensExpireAt.getTime() };
}
