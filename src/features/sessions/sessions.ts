/** Starts sessions, lists them for their user, and deletes them when they no longer matter. */

import type { Config } from '../../config/config.js';
import type { Database, HotTransaction } from '../../database/database.js';
import type { Session as SessionRow } from '../../database/generated/client.js';
import type { Insert } from '../../database/statement.js';
import { freshId } from '../../lib/ambient.js';
import { done, failed, LatchkeyError, type Outcome } from '../../lib/errors.js';
import type { Origin } from '../../lib/origin.js';
import { fitUserAgent } from '../../lib/text-rules.js';
import { KEEP_AFTER_EXPIRY_MS, readState } from '../../revocation/blacklist.js';
import type { World } from '../../world.js';
import type { ActingToken } from '../endings/ending-steps.js';
import { liveAt, notEnded, withEnd } from '../endings/live-sessions.js';
import type { SessionEndings } from '../endings/session-endings.js';
import { makeRefreshToken, parseRefreshToken, type RefreshToken, type TokenPair } from '../tokens/refresh-tokens.js';
import { type MintedAccessToken, pairOf, type TokenMint } from '../tokens/token-mint.js';
import type { UserWithSecrets } from '../users/users.js';
import type { NewDevices } from './new-devices.js';
import { type EarlierSessions, fenceIssuing, findSessionOfFamily, insertSession, readEarlierSessions } from './session-statements.js';

export type Session = Pick<
  SessionRow,
  | 'id'
  | 'userId'
  | 'deviceName'
  | 'userAgent'
  | 'ipAddress'
  | 'createdAt'
  | 'authenticatedAt'
  | 'lastUsedAt'
  | 'idleExpiresAt'
  | 'expiresAt'
  | 'endedAt'
>;

/** A session with the tokens that were just issued for it. */
export interface OpenSession {
  readonly session: Session;
  readonly tokens: TokenPair;
}

/** A session that `endOverLimit` has not looked at yet. */
export interface OpenedSession extends OpenSession {
  /** Whether the user may have more live sessions now than are allowed. */
  readonly isOverLimit: boolean;
}

/** How many live sessions a user may have; one more ends the least recently used. */
export const MAX_SESSIONS_PER_USER = 100;

const EXPIRY_BATCH = 100;

const NOT_FOUND = failed({ code: 'NOT_FOUND', message: 'You have no such session.', field: ['input', 'sessionId'] });
export const INVALID_CREDENTIALS = failed({ code: 'INVALID_CREDENTIALS', message: 'Email or password is wrong.' });

interface Needs {
  readonly database: Database;
  readonly mint: TokenMint;
  readonly endings: SessionEndings;
  readonly newDevices: NewDevices;
}

export class Sessions {
  constructor(
    private readonly world: World,
    private readonly needs: Needs,
  ) {}

  /** Starts a session for a user who has just proved who they are. */
  async start(user: UserWithSecrets, deviceName: string | null, origin: Origin): Promise<Outcome<OpenSession>> {
    const opened = await this.open(user, deviceName, origin, null);
    if (opened === null) return INVALID_CREDENTIALS;
    await this.endOverLimit(opened);
    return done({ session: opened.session, tokens: opened.tokens });
  }

  /**
   * Does the same, but leaves it to the caller to call `endOverLimit` when the caller holds nothing that others wait for.
   *
   * The transaction that inserts the session checks that the credentials have not changed since they were read (R11).
   *
   * @param alsoInsert gives an insert for the same transaction
   * @returns null if the credentials have changed
   */
  open(user: UserWithSecrets, deviceName: string | null, origin: Origin, alsoInsert: (() => Insert) | null): Promise<OpenedSession | null> {
    const id = freshId(this.world.randomness);
    const expiresAt = new Date(this.world.clock.now() + this.world.config.refreshTokenTtlSeconds * 1000);
    const order = { userId: user.id, sessionId: id, roles: user.roles, sessionExpiresAt: expiresAt.getTime() };
    const refreshToken = makeRefreshToken(this.world.randomness);
    const userAgent = origin.userAgent === null ? null : fitUserAgent(origin.userAgent);
    const device = { deviceName, userAgent, ipAddress: origin.ipAddress };
    return this.needs.mint.issue(order, (minted) => {
      const session = this.#newSession({ id, userId: user.id, expiresAt, ...device }, minted, refreshToken);
      return this.needs.database.hotTransaction(async (transaction) => {
        const earlier = await this.#fence(transaction, user, session, minted);
        if (earlier === null) return null;
        await this.needs.newDevices.notice(transaction, user, device, earlier.isKnownDevice, origin);
        const inserts = [insertSession(session), ...this.needs.mint.record(transaction, order, minted, 'session.started', origin)];
        await transaction.insertTogether(alsoInsert === null ? inserts : [...inserts, alsoInsert()]);
        return { session, tokens: pairOf(minted, refreshToken), isOverLimit: earlier.live >= MAX_SESSIONS_PER_USER };
      });
    });
  }

  /** Ends the user's sessions over the limit, but never the one that was just opened: after the clock was set back, it would seem the oldest. */
  async endOverLimit({ session: { userId, id: newest }, isOverLimit }: OpenedSession): Promise<void> {
    if (!isOverLimit) return;
    const over = await this.needs.database.read(async (client) =>
      client.session.findMany({
        where: { userId, ...notEnded(await readState(client)), id: { not: newest } },
        orderBy: [{ lastUsedAt: 'desc' }, { id: 'asc' }],
        select: { id: true },
        skip: MAX_SESSIONS_PER_USER - 1,
        take: EXPIRY_BATCH,
      }),
    );
    if (over.length === 0) return;
    try {
      await this.needs.endings.end({ sessions: { id: { in: over.map(({ id }) => id) } }, reason: 'SESSION_LIMIT', actor: 'server' });
    } catch (error) {
      // No caller was promised this ending, and the login that caused it has succeeded.
      if (!(error instanceof LatchkeyError) || error.code !== 'LOGOUT_UNCONFIRMED') throw error;
    }
  }

  /** The session that a refresh token belongs to, live or not; old tokens of the family count. */
  async findByRefreshToken(text: string): Promise<Session | null> {
    const token = parseRefreshToken(text);
    if (token === null) return null;
    const [session = null] = await this.needs.database.ask(findSessionOfFamily(token.familyHash));
    return session;
  }

  /** The user's session, live or ended. A session of another user gets null, like one that never existed. */
  async findOwn(userId: string, id: string): Promise<Session | null> {
    return this.needs.database.read(async (client) => {
      const session = await client.session.findFirst({ where: { id, userId } });
      return session === null ? null : withEnd(session, await readState(client));
    });
  }

  /** Those of the user's sessions that are live and have one of the ids, in any order. */
  findLive(userId: string, ids: readonly string[]): Promise<Session[]> {
    return this.needs.database.read(async (client) =>
      client.session.findMany({
        where: { userId, id: { in: [...ids] }, ...liveAt(this.world.clock.now(), await readState(client)) },
        take: MAX_SESSIONS_PER_USER,
      }),
    );
  }

  /**
   * Ends one session of the user of the token, and returns it as it is then. The session is read before the commit:
   * a failure after it would report an error although the session has ended (R4).
   */
  revokeOwn(token: ActingToken, id: string, origin: Origin): Promise<Outcome<Session>> {
    return this.needs.endings.commit(async (steps) => {
      await steps.assertLive(token);
      const own = { id, userId: token.sub };
      await steps.end({ sessions: own, reason: 'REVOKED_BY_USER', actor: token.sub, ...origin });
      const session = await steps.transaction.session.findFirst({ where: own });
      return session === null ? NOT_FOUND : done(withEnd(session, await readState(steps.transaction)));
    });
  }

  /** The user's live sessions, most recently used first. */
  listLive(userId: string): Promise<Session[]> {
    return this.needs.database.read(async (client) =>
      client.session.findMany({
        where: { userId, ...liveAt(this.world.clock.now(), await readState(client)) },
        orderBy: [{ lastUsedAt: 'desc' }, { id: 'asc' }],
        take: MAX_SESSIONS_PER_USER,
      }),
    );
  }

  /**
   * Ends expired sessions and deletes those that no longer matter, in bounded batches.
   *
   * @returns how many sessions were deleted
   */
  async prune(): Promise<number> {
    await this.needs.endings.markAllEnded();
    await this.#endExpired();
    const expiresAt = { lte: new Date(this.world.clock.now() - KEEP_AFTER_EXPIRY_MS) };
    return this.needs.database.inBatches(async (transaction, limit) => {
      const where = { expiresAt, endedAt: { not: null } };
      const old = await transaction.session.findMany({ where, orderBy: { expiresAt: 'asc' }, select: { id: true }, take: limit });
      return transaction.session.deleteMany({ where: { id: { in: old.map(({ id }) => id) } } });
    });
  }

  async #endExpired(): Promise<void> {
    const now = new Date(this.world.clock.now());
    for (let mayBeMore = true; mayBeMore; ) {
      // Without the generation in the condition: SQLite would take the index of generations and read every live session.
      const expired = await this.needs.database.read((client) =>
        client.session.findMany({ where: { endedAt: null, idleExpiresAt: { lte: now } }, select: { id: true }, take: EXPIRY_BATCH }),
      );
      // The ending repeats the condition, because a refresh may have come between.
      const sessions = { id: { in: expired.map(({ id }) => id) }, idleExpiresAt: { lte: now } };
      const ended = expired.length === 0 ? [] : await this.needs.endings.end({ sessions, reason: 'EXPIRED', actor: 'server' });
      // None ended: all sessions have ended meanwhile, and their rows are marked at the next pruning.
      mayBeMore = expired.length === EXPIRY_BATCH && ended.length > 0;
    }
  }

  #newSession(
    given: Pick<SessionRow, 'id' | 'userId' | 'deviceName' | 'userAgent' | 'ipAddress' | 'expiresAt'>,
    minted: MintedAccessToken,
    refreshToken: RefreshToken,
  ): SessionRow {
    const now = this.world.clock.now();
    return {
      ...given,
      createdAt: new Date(now),
      authenticatedAt: new Date(now),
      lastUsedAt: new Date(now),
      idleExpiresAt: idleExpiryOf(given.expiresAt, now, this.world.config),
      refreshFamilyHash: refreshToken.familyHash,
      refreshTokenHash: refreshToken.hash,
      previousRefreshTokenHash: null,
      rotatedAt: null,
      sealedSuccessor: null,
      accessTokensExpireAt: new Date(minted.expiresAt),
      generation: minted.generation,
      endedAt: null,
      endedReason: null,
    };
  }

  /** @returns null if the credentials are no longer those that were checked */
  async #fence(
    transaction: HotTransaction,
    user: UserWithSecrets,
    { createdAt, userAgent }: SessionRow,
    minted: MintedAccessToken,
  ): Promise<EarlierSessions | null> {
    const [issuing] = await transaction.run(fenceIssuing(user, createdAt, this.world.config.signingAlgorithm));
    if (issuing === undefined) return null;
    this.needs.mint.assertCurrent(minted, issuing);
    const [earlier] = await transaction.run(readEarlierSessions(user.id, userAgent, issuing, MAX_SESSIONS_PER_USER));
    return earlier ?? null;
  }
}

/** When a session that is used now expires if it is not used again; never later than `expiresAt`. */
export function idleExpiryOf(expiresAt: Date, now: number, { sessionIdleTtlSeconds }: Pick<Config, 'sessionIdleTtlSeconds'>): Date {
  return new Date(Math.min(now + sessionIdleTtlSeconds * 1000, expiresAt.getTime()));
}
