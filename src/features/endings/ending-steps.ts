/** The steps of a transaction that revokes; only `SessionEndings`, the one place that commits endings (R3), runs them. */

import type { Database, Transaction } from '../../database/database.js';
import type { Prisma } from '../../database/generated/client.js';
import { LatchkeyError } from '../../lib/errors.js';
import type { Origin } from '../../lib/origin.js';
import { type BlacklistEntry, findBlacklisted, type RevocationState, readState } from '../../revocation/blacklist.js';
import type { RevocableToken } from '../../revocation/revocation-check.js';
import type { World } from '../../world.js';
import type { Audit, AuditEvent, AuditKind } from '../audit/audit.js';
import { lockUser } from '../users/users.js';
import { notEnded } from './live-sessions.js';

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

/** Which sessions end, for which reason, by which actor, and from where. */
export interface Ending extends Partial<Origin> {
  readonly sessions: Prisma.SessionWhereInput;
  readonly reason: EndingReason;
  /** A user id, or `command-line`, or `server`. */
  readonly actor: string;
}

export interface EndedSession {
  readonly id: string;
  readonly userId: string;
  readonly accessTokensExpireAt: Date;
  readonly idleExpiresAt: Date;
}

/** The access token that authorizes an action. */
export type ActingToken = Pick<RevocableToken, 'sid' | 'jti' | 'kid' | 'gen'> & { readonly sub: string };

interface Needs {
  readonly database: Database;
  readonly transaction: Transaction;
  readonly audit: Audit;
}

export function beginSteps(world: World, needs: Needs): EndingSteps {
  return new EndingSteps(world, needs);
}

/** The largest number of sessions that `endAll` counts. To count a million of them would hold everybody up. */
const MAX_COUNTED = 10_000;

export class EndingSteps {
  readonly transaction: Transaction;
  readonly #entries: BlacklistEntry[] = [];
  #endsAll = false;
  #revokes = false;
  #state: Promise<RevocationState> | undefined;

  constructor(
    private readonly world: World,
    private readonly needs: Needs,
  ) {
    this.transaction = needs.transaction;
  }

  /** Whether the steps so far end every session of everybody. */
  get endsAll(): boolean {
    return this.#endsAll;
  }

  /** Whether any step tried to revoke something, even if nothing was left to revoke. */
  get revokes(): boolean {
    return this.#revokes;
  }

  /** The blacklist rows of the steps so far. */
  get entries(): readonly BlacklistEntry[] {
    return this.#entries;
  }

  /**
   * Checks that the acting token is still live, and locks its session until the transaction ends.
   * It writes on purpose: not every database makes a concurrent logout wait for a plain read.
   *
   * @throws LatchkeyError UNAUTHENTICATED when the token's session has ended or the token was revoked
   */
  async assertLive({ sub, sid, jti, kid, gen }: ActingToken): Promise<void> {
    // Read the key first. Revoking a key and ending all sessions wait for the transactions that have read one, and hold up later ones.
    // So later transactions no longer find the key, or read the new generation.
    const key = await this.transaction.signingKey.findUnique({ where: { kid }, select: { kid: true } });
    const state = await this.#readState();
    const { generation } = state;
    // Lock the user before the session, as a refresh does: two devices that log each other out must not deadlock.
    await lockUser(this.transaction, sub);
    const { count } = await this.transaction.session.updateMany({ where: { id: sid, ...notEnded(state) }, data: { endedReason: null } });
    const revoked = await findBlacklisted(this.transaction, [jti, kid]);
    if (count === 0 || revoked.size > 0 || gen !== generation || key === null)
      throw LatchkeyError.unauthenticated('TOKEN_REVOKED', count === 0);
  }

  /**
   * Call it first in a transaction that ends all sessions: it waits for transactions that issue or have checked a token, and holds up
   * later ones. So none of them commits behind the answer.
   */
  async holdTokens(): Promise<void> {
    await this.needs.database.lockTable(this.transaction, 'SigningKey');
  }

  /**
   * Ends every session of every user, in a time that does not depend on their number: the state says from which generation on
   * sessions are live (R17). The sweep marks their rows later.
   *
   * @returns how many sessions this step ended; null for more than `MAX_COUNTED`
   */
  async endAll({ reason, note, ...ending }: Omit<Ending, 'sessions'> & { readonly note?: string | undefined }): Promise<number | null> {
    const count = await this.#countLive(MAX_COUNTED + 1);
    await this.needs.audit.record(this.transaction, { ...ending, kind: 'sessions.all-ended', reason: note ?? reason });
    this.#endsAll = true;
    this.#revokes = true;
    return count > MAX_COUNTED ? null : count;
  }

  /** Revokes every access token signed with a leaked key, including those that an attacker signs later. */
  revokeKey(kid: string, lastExpiresAt: number): void {
    this.#revokes = true;
    this.#entries.push({ id: kid, kind: 'kid', userId: null, reason: 'KEY_REVOKED', lastExpiresAt });
  }

  /**
   * Ends the sessions that have not ended yet. Each gets a blacklist row, even if its tokens seem to have expired (R7).
   * The clock may be ahead: once it is corrected, tokens without a row would be accepted again.
   *
   * @returns the sessions that this step ended
   */
  async end({ sessions, ...ending }: Ending): Promise<readonly EndedSession[]> {
    const ended = await this.#markEnded(sessions, ending.reason);
    await this.needs.audit.record(this.transaction, ...ended.map((session) => eventOf('session.ended', session, ending)));
    return ended;
  }

  async #markEnded(sessions: Prisma.SessionWhereInput, reason: EndingReason): Promise<readonly EndedSession[]> {
    this.#revokes = true;
    const ended = await this.transaction.session.updateManyAndReturn({
      where: { AND: [sessions, notEnded(await this.#readState())] },
      data: { endedAt: new Date(this.world.clock.now()), endedReason: reason },
      select: { id: true, userId: true, accessTokensExpireAt: true, idleExpiresAt: true },
    });
    this.#entries.push(...ended.map((session) => entryOf(session, reason)));
    return ended;
  }

  /**
   * Revokes the access tokens of live sessions. The sessions continue: their clients must refresh.
   *
   * @returns how many tokens were revoked
   */
  async revokeAccessTokens({ sessions, ...ending }: Ending): Promise<number> {
    this.#revokes = true;
    // Lock the sessions, as `assertLive` does: an action with one of the tokens either commits first, or finds its token revoked.
    const live = { AND: [sessions, notEnded(await this.#readState())] };
    await this.transaction.session.updateMany({ where: live, data: { endedReason: null } });
    const tokens = await this.transaction.accessToken.findMany({
      where: { session: live },
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

  /** Counts up to a limit, in the index alone: Prisma's `count` would read each row for its id. */
  async #countLive(limit: number): Promise<number> {
    const { sessionsSince } = await this.#readState();
    const rows = await this.transaction.$queryRaw<{ count: number | bigint }[]>`
      SELECT COUNT(*) AS "count" FROM (
        SELECT 1 FROM "Session" WHERE "endedAt" IS NULL AND "generation" >= ${sessionsSince} LIMIT ${limit}
      ) AS "live"`;
    return Number(rows[0]?.count ?? 0);
  }

  #readState(): Promise<RevocationState> {
    this.#state ??= readState(this.transaction);
    return this.#state;
  }
}

function eventOf(kind: AuditKind, { id, userId }: Pick<EndedSession, 'id' | 'userId'>, ending: Omit<Ending, 'sessions'>): AuditEvent {
  return { kind, userId, sessionId: id, ...ending };
}

/** The blacklist row that revokes every token of an ended session. */
export function entryOf(session: EndedSession, reason: EndingReason): BlacklistEntry {
  return { id: session.id, kind: 'sid', userId: session.userId, reason, lastExpiresAt: session.accessTokensExpireAt.getTime() };
}
