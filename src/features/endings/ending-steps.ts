/** The steps that a revoking transaction is made of. They run inside `SessionEndings`, the one place that commits endings (R3), and nowhere else. */

import type { Transaction } from '../../database/database.js';
import type { Prisma } from '../../database/generated/client.js';
import { LatchkeyError } from '../../lib/errors.js';
import type { Origin } from '../../lib/origin.js';
import { type BlacklistEntry, findBlacklisted, readState } from '../../revocation/blacklist.js';
import type { RevocableToken } from '../../revocation/revocation-check.js';
import type { World } from '../../world.js';
import type { Audit, AuditEvent, AuditKind } from '../audit/audit.js';
import { lockUser } from '../users/users.js';

export type EndingReason =
  | 'LOGOUT'
  | 'LOGOUT_OTHERS'
  | 'LOGOUT_ALL'
  | 'REVOKED_BY_USER'
  | 'REVOKED_BY_ADMIN'
  | 'PASSWORD_CHANGED'
  | 'PASSWORD_RESET'
  | 'PASSWORD_RESET_REQUIRED'
  | 'EMAIL_CHANGED'
  | 'ALL_REVOKED'
  | 'ROLES_CHANGED'
  | 'REFRESH_TOKEN_REUSED'
  | 'USER_DISABLED'
  | 'USER_DELETED'
  | 'SESSION_LIMIT'
  | 'EXPIRED';

/** Which sessions, why, who says so, and from where. */
export interface Ending extends Partial<Origin> {
  readonly sessions: Prisma.SessionWhereInput;
  readonly reason: EndingReason;
  /** A user id, or `command-line`, or `server`. */
  readonly actor: string;
}

/** The end of single sessions. */
export interface SessionEnding extends Omit<Ending, 'sessions' | 'reason'> {
  readonly sessionIds: readonly string[];
}

export interface EndedSession {
  readonly id: string;
  readonly userId: string;
  readonly accessTokensExpireAt: Date;
  readonly idleExpiresAt: Date;
}

/** The token that something is done with. */
export type ActingToken = Pick<RevocableToken, 'sid' | 'jti' | 'kid' | 'gen'> & { readonly sub: string };

/** What the steps of one transaction work with. */
interface Needs {
  readonly transaction: Transaction;
  readonly audit: Audit;
}

export function beginSteps(world: World, needs: Needs): EndingSteps {
  return new EndingSteps(world, needs);
}

export class EndingSteps {
  readonly transaction: Transaction;
  readonly #entries: BlacklistEntry[] = [];
  #endsGeneration = false;
  #revokes = false;

  constructor(
    private readonly world: World,
    private readonly needs: Needs,
  ) {
    this.transaction = needs.transaction;
  }

  /** Whether the steps so far revoke every token of everybody. */
  get endsGeneration(): boolean {
    return this.#endsGeneration;
  }

  /** Whether any step was to revoke something, also if there was nothing left to revoke. */
  get revokes(): boolean {
    return this.#revokes;
  }

  /** What the steps so far revoke. */
  get entries(): readonly BlacklistEntry[] {
    return this.#entries;
  }

  /**
   * Makes what follows stand or fall with the token that it is done with: a plain read would fence nothing on every database.
   *
   * @throws LatchkeyError UNAUTHENTICATED when the token's session has ended or the token was revoked
   */
  async assertLive({ sub, sid, jti, kid, gen }: ActingToken): Promise<void> {
    // The user before the session, as in a refresh: two devices that log each other out must not wait for each other.
    await lockUser(this.transaction, sub);
    const { count } = await this.transaction.session.updateMany({ where: { id: sid, endedAt: null }, data: { endedReason: null } });
    const revoked = await findBlacklisted(this.transaction, [jti, kid]);
    const { generation } = await readState(this.transaction);
    // Whoever revokes a key waits for those who have read it, and takes it out of the ring.
    const key = await this.transaction.signingKey.findUnique({ where: { kid }, select: { kid: true } });
    if (count === 0 || revoked.size > 0 || gen !== generation || key === null) throw LatchkeyError.unauthenticated('TOKEN_REVOKED');
  }

  /**
   * Ends every session of everybody, and with the generation every access token (R17): one step, however many there are.
   *
   * @returns how many sessions this step ended
   */
  async endAll({ reason, note, ...ending }: Omit<Ending, 'sessions'> & { readonly note?: string | undefined }): Promise<number> {
    const { count } = await this.transaction.session.updateMany({
      where: { endedAt: null },
      data: { endedAt: new Date(this.world.clock.now()), endedReason: reason },
    });
    await this.needs.audit.record(this.transaction, { ...ending, kind: 'sessions.all-ended', reason: note ?? reason });
    this.#endsGeneration = true;
    this.#revokes = true;
    return count;
  }

  /** Kills every access token that the key has signed, or will ever be said to have signed: it has leaked. */
  revokeKey(kid: string, lastExpiresAt: number): void {
    this.#revokes = true;
    this.#entries.push({ id: kid, kind: 'kid', userId: null, reason: 'KEY_REVOKED', lastExpiresAt });
  }

  /**
   * Ends the sessions that are not ended yet. Each gets its row, also when its tokens seem to have expired: the clock
   * may be ahead, and what is not written now would be accepted again once it is set right (R7).
   *
   * @returns the sessions that this step ended
   */
  async end({ sessions, ...ending }: Ending): Promise<readonly EndedSession[]> {
    const ended = await this.#markEnded(sessions, ending.reason);
    await this.needs.audit.record(this.transaction, ...ended.map((session) => eventOf('session.ended', session, ending)));
    return ended;
  }

  /**
   * The same for several who know nothing of each other, for one reason.
   *
   * @returns the sessions that each of them ended; one that several name is the first one's
   */
  async endEach(reason: EndingReason, endings: readonly SessionEnding[]): Promise<readonly (readonly EndedSession[])[]> {
    const ids = new Set(endings.flatMap(({ sessionIds }) => sessionIds));
    const ended = new Map((await this.#markEnded({ id: { in: [...ids] } }, reason)).map((session) => [session.id, session]));
    const events: AuditEvent[] = [];
    const shares = endings.map(({ sessionIds, ...ending }) =>
      sessionIds.flatMap((id) => {
        const session = ended.get(id);
        if (session === undefined || !ended.delete(id)) return [];
        events.push(eventOf('session.ended', session, { ...ending, reason }));
        return [session];
      }),
    );
    await this.needs.audit.record(this.transaction, ...events);
    return shares;
  }

  async #markEnded(sessions: Prisma.SessionWhereInput, reason: EndingReason): Promise<readonly EndedSession[]> {
    this.#revokes = true;
    const ended = await this.transaction.session.updateManyAndReturn({
      where: { AND: [sessions, { endedAt: null }] },
      data: { endedAt: new Date(this.world.clock.now()), endedReason: reason },
      select: { id: true, userId: true, accessTokensExpireAt: true, idleExpiresAt: true },
    });
    this.#entries.push(...ended.map((session) => entryOf(session, reason)));
    return ended;
  }

  /**
   * Kills the access tokens of live sessions, which go on through their refresh tokens.
   *
   * @returns how many tokens die
   */
  async revokeAccessTokens({ sessions, ...ending }: Ending): Promise<number> {
    this.#revokes = true;
    // What is done with one of the tokens holds its session: either it comes before this, or it finds the token dead.
    await this.transaction.session.updateMany({ where: { AND: [sessions, { endedAt: null }] }, data: { endedReason: null } });
    const tokens = await this.transaction.accessToken.findMany({
      where: { session: { AND: [sessions, { endedAt: null }] } },
      select: { jti: true, expiresAt: true, session: { select: { id: true, userId: true } } },
    });
    const sessionsById = new Map(tokens.map(({ session }) => [session.id, session]));
    const events = [...sessionsById.values()].map((session) => eventOf('session.access-tokens-revoked', session, ending));
    await this.needs.audit.record(this.transaction, ...events);
    this.#entries.push(
      ...tokens.map(({ jti, expiresAt, session }): BlacklistEntry => {
        return { id: jti, kind: 'jti', userId: session.userId, reason: ending.reason, lastExpiresAt: expiresAt.getTime() };
      }),
    );
    return tokens.length;
  }
}

function eventOf(kind: AuditKind, { id, userId }: Pick<EndedSession, 'id' | 'userId'>, ending: Omit<Ending, 'sessions'>): AuditEvent {
  return { kind, userId, sessionId: id, ...ending };
}

function entryOf(session: EndedSession, reason: EndingReason): BlacklistEntry {
  return { id: session.id, kind: 'sid', userId: session.userId, reason, lastExpiresAt: session.accessTokensExpireAt.getTime() };
}
