/** Every way a session can end goes through here: row, session and audit event in one transaction, then memory, then the answer. */
import type { Clock } from '../ambient.js';
import type { Transaction } from '../database/database.js';
import type { Prisma } from '../database/generated/client.js';
import { LatchkeyError } from '../errors.js';
import { type BlacklistEntry, findBlacklisted, KEEP_AFTER_EXPIRY_MS } from '../revocation/blacklist.js';
import type { Revocations } from '../revocation/revocations.js';
import type { Audit, AuditEvent } from './audit.js';

export type EndingReason =
  | 'LOGOUT'
  | 'LOGOUT_OTHERS'
  | 'LOGOUT_ALL'
  | 'REVOKED_BY_USER'
  | 'REVOKED_BY_ADMIN'
  | 'REFRESH_TOKEN_REUSED'
  | 'USER_DISABLED'
  | 'SESSION_LIMIT'
  | 'EXPIRED';

/** Which sessions end, why, and who says so. */
export interface Ending {
  readonly sessions: Prisma.SessionWhereInput;
  readonly reason: EndingReason;
  /** A user id, or `command-line`, or `server`. */
  readonly actor: string;
  readonly ipAddress?: string | null;
  /** The token that this is done with: it must be live, checked in the same transaction. */
  readonly onBehalfOf?: { readonly sid: string; readonly jti: string };
  /** What must happen in the same transaction, before any session ends. */
  readonly first?: (transaction: Transaction) => Promise<void>;
}

export interface EndedSession {
  readonly id: string;
  readonly userId: string;
  readonly accessTokensExpireAt: Date;
}

export class SessionEndings {
  constructor(
    private readonly revocations: Revocations,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  /**
   * Ends the sessions that are not ended yet. When it returns, no token of theirs is accepted.
   *
   * @returns the sessions that this call ended; none if they were ended before
   * @throws LatchkeyError LOGOUT_UNCONFIRMED, AUTH_UNAVAILABLE, or UNAUTHENTICATED when `onBehalfOf` is not live any more
   */
  end(ending: Ending): Promise<readonly EndedSession[]> {
    return this.revocations.commit(async (transaction) => {
      if (ending.onBehalfOf !== undefined) await assertLive(transaction, ending.onBehalfOf);
      await ending.first?.(transaction);
      const now = this.clock.now();
      const ended = await transaction.session.updateManyAndReturn({
        where: { AND: [ending.sessions, { endedAt: null }] },
        data: { endedAt: new Date(now), endedReason: ending.reason },
        select: { id: true, userId: true, accessTokensExpireAt: true },
      });
      await this.audit.record(transaction, ...ended.map((session) => eventOf(session, ending)));
      return {
        entries: ended.filter((session) => hasTokens(session, now)).map((session) => entryOf(session, ending.reason)),
        result: ended,
      };
    });
  }

  /**
   * Kills the access tokens of a session, which goes on through its refresh token.
   *
   * @returns how many tokens died
   */
  revokeAccessTokens(sessionId: string, actor: string): Promise<number> {
    return this.revocations.commit(async (transaction) => {
      const now = this.clock.now();
      const tokens = await transaction.accessToken.findMany({
        where: { sessionId, expiresAt: { gt: new Date(now - KEEP_AFTER_EXPIRY_MS) }, session: { endedAt: null } },
        select: { jti: true, expiresAt: true, session: { select: { userId: true } } },
      });
      const [first] = tokens;
      if (first === undefined) return { entries: [], result: 0 };
      const { userId } = first.session;
      const kind = 'session.access-tokens-revoked';
      await this.audit.record(transaction, { kind, actor, userId, sessionId });
      const entries = tokens.map(({ jti, expiresAt }): BlacklistEntry => {
        return { id: jti, kind: 'jti', userId, reason: 'REVOKED_BY_ADMIN', lastExpiresAt: expiresAt.getTime() };
      });
      return { entries, result: tokens.length };
    });
  }
}

function eventOf(session: EndedSession, { actor, reason, ipAddress = null }: Ending): AuditEvent {
  return { kind: 'session.ended', actor, userId: session.userId, sessionId: session.id, reason, ipAddress };
}

/** Touches the row, so that the check and what follows stand or fall together. */
async function assertLive(transaction: Transaction, { sid, jti }: { sid: string; jti: string }): Promise<void> {
  const { count } = await transaction.session.updateMany({ where: { id: sid, endedAt: null }, data: { endedReason: null } });
  if (count === 0 || (await findBlacklisted(transaction, [jti])).size > 0) throw LatchkeyError.unauthenticated('TOKEN_REVOKED');
}

/** Without a token that could be accepted there is nothing to blacklist. */
function hasTokens(session: EndedSession, now: number): boolean {
  return session.accessTokensExpireAt.getTime() + KEEP_AFTER_EXPIRY_MS > now;
}

function entryOf(session: EndedSession, reason: EndingReason): BlacklistEntry {
  return { id: session.id, kind: 'sid', userId: session.userId, reason, lastExpiresAt: session.accessTokensExpireAt.getTime() };
}
