/** Sessions: started by a login, carried on by refreshes, listed for their user. */
import { type Clock, freshId, type Randomness } from '../ambient.js';
import type { Config } from '../config.js';
import type { Database, Transaction } from '../database/database.js';
import type { Prisma, Session as SessionRow } from '../database/generated/client.js';
import { done, failed, type Outcome } from '../errors.js';
import { KEEP_AFTER_EXPIRY_MS } from '../revocation/blacklist.js';
import type { Replica } from '../revocation/replica.js';
import type { AccessTokens } from './access-tokens.js';
import type { Audit } from './audit.js';
import {
  makeRefreshToken,
  openSuccessor,
  parseRefreshToken,
  type RefreshToken,
  sealSuccessor,
  succeed,
  type TokenPair,
} from './refresh-tokens.js';
import type { SessionEndings } from './session-endings.js';
import type { SigningKeys } from './signing-keys.js';
import { fitUserAgent } from './text-rules.js';
import type { UserWithSecrets } from './users.js';

export type Session = Pick<
  SessionRow,
  'id' | 'userId' | 'deviceName' | 'userAgent' | 'ipAddress' | 'createdAt' | 'lastUsedAt' | 'idleExpiresAt' | 'expiresAt' | 'endedAt'
>;

/** Where a request comes from, as the server saw it. */
export interface Origin {
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
}

/** A session with the tokens that were just issued for it. */
export interface OpenSession {
  readonly session: Session;
  readonly tokens: TokenPair;
}

interface MintedAccessToken {
  readonly text: string;
  readonly jti: string;
  readonly kid: string;
  readonly generation: number;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

type RefreshableSession = SessionRow & { user: { roles: { role: string }[] } };

/** For how long the immediate predecessor of a refresh token still gets the same successor: a second tab, a lost answer. */
export const REFRESH_GRACE_MS = 10_000;

/** A user's live sessions; one more ends the one that was used least recently. */
export const MAX_SESSIONS_PER_USER = 100;

const ATTEMPTS = 5;
const EXPIRY_BATCH = 100;

const INVALID_REFRESH_TOKEN = failed({
  code: 'INVALID_REFRESH_TOKEN',
  message: 'The refresh token is unknown, used, expired or revoked. Log in again.',
  field: ['input', 'refreshToken'],
});

const INVALID_CREDENTIALS = failed({ code: 'INVALID_CREDENTIALS', message: 'Email or password is wrong.' });

type Settings = Pick<Config, 'accessTokenTtlSeconds' | 'refreshTokenTtlSeconds' | 'sessionIdleTtlSeconds'>;

export class Sessions {
  constructor(
    private readonly database: Database,
    private readonly replica: Pick<Replica, 'generation'>,
    private readonly keys: SigningKeys,
    private readonly accessTokens: AccessTokens,
    private readonly endings: SessionEndings,
    private readonly audit: Audit,
    private readonly settings: Settings,
    private readonly clock: Clock,
    private readonly randomness: Randomness,
  ) {}

  /**
   * Starts a session for a user whose password was just checked.
   *
   * The transaction that inserts it checks again that nothing has happened to the credentials since (R11).
   */
  async start(user: UserWithSecrets, deviceName: string | null, origin: Origin): Promise<Outcome<OpenSession>> {
    const id = freshId(this.randomness);
    const now = this.clock.now();
    const expiresAt = now + this.settings.refreshTokenTtlSeconds * 1000;
    const refreshToken = makeRefreshToken(this.randomness);
    const started = await this.#withMinted(user.id, id, user.roles, expiresAt, async (transaction, minted) => {
      const { count } = await transaction.user.updateMany({
        where: { id: user.id, credentialVersion: user.credentialVersion, disabledAt: null },
        data: { lastLoginAt: new Date(now) },
      });
      if (count === 0) return null;
      const session = await transaction.session.create({
        data: {
          id,
          userId: user.id,
          deviceName,
          userAgent: origin.userAgent === null ? null : fitUserAgent(origin.userAgent),
          ipAddress: origin.ipAddress,
          createdAt: new Date(now),
          lastUsedAt: new Date(now),
          idleExpiresAt: new Date(Math.min(now + this.settings.sessionIdleTtlSeconds * 1000, expiresAt)),
          expiresAt: new Date(expiresAt),
          refreshFamilyHash: refreshToken.familyHash,
          refreshTokenHash: refreshToken.hash,
          accessTokensExpireAt: new Date(minted.expiresAt),
        },
      });
      await this.#recordMint(transaction, session, minted, 'session.started', origin);
      return { session, tokens: pairOf(minted, refreshToken) };
    });
    if (started === null) return INVALID_CREDENTIALS;
    await this.#endOverLimit(user.id);
    return done(started);
  }

  /**
   * Exchanges a refresh token for the next pair, once (RFC 9700, section 4.14.2).
   *
   * The immediate predecessor gets the same pair again for a few seconds. Any other token of the family is
   * reuse: the session and its access tokens are dead when this returns.
   */
  async refresh(text: string, origin: Origin): Promise<Outcome<OpenSession>> {
    const presented = parseRefreshToken(text);
    if (presented === null) return INVALID_REFRESH_TOKEN;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const session = await this.#findRefreshable(presented);
      if (session === null) return INVALID_REFRESH_TOKEN;
      if (session.refreshTokenHash !== presented.hash) return this.#answerOldToken(session, presented, origin);
      const rotated = await this.#rotate(session, presented, origin);
      if (rotated !== null) return done(rotated);
    }
    return INVALID_REFRESH_TOKEN;
  }

  /** The session that a refresh token belongs to, live or not; old tokens of the family count. */
  async findByRefreshToken(text: string): Promise<Session | null> {
    const token = parseRefreshToken(text);
    if (token === null) return null;
    return this.database.read((client) => client.session.findUnique({ where: { refreshFamilyHash: token.familyHash } }));
  }

  /** The user's session, live or ended; someone else's is as unknown as one that never was. */
  async findOwn(userId: string, id: string): Promise<Session | null> {
    return this.database.read((client) => client.session.findFirst({ where: { id, userId } }));
  }

  /** The user's live sessions, newest use first. */
  listLive(userId: string): Promise<Session[]> {
    return this.database.read((client) =>
      client.session.findMany({
        where: { userId, ...liveAt(this.clock.now()) },
        orderBy: [{ lastUsedAt: 'desc' }, { id: 'asc' }],
        take: MAX_SESSIONS_PER_USER,
      }),
    );
  }

  /**
   * Ends what has expired and removes what no longer matters, in bounded batches.
   *
   * @returns how many sessions were removed
   */
  async prune(): Promise<number> {
    await this.#endExpired();
    const expiresAt = { lte: new Date(this.clock.now() - KEEP_AFTER_EXPIRY_MS) };
    await this.database.inBatches((transaction, limit) => transaction.accessToken.deleteMany({ where: { expiresAt }, limit }));
    return this.database.inBatches((transaction, limit) =>
      transaction.session.deleteMany({ where: { expiresAt, endedAt: { not: null } }, limit }),
    );
  }

  async #endExpired(): Promise<void> {
    const now = new Date(this.clock.now());
    for (let batch = EXPIRY_BATCH; batch === EXPIRY_BATCH; ) {
      const expired = await this.database.read((client) =>
        client.session.findMany({
          where: { endedAt: null, idleExpiresAt: { lte: now } },
          select: { id: true },
          take: EXPIRY_BATCH,
        }),
      );
      batch = expired.length;
      // The condition stands again in the ending, because a refresh may have come between.
      const sessions = { id: { in: expired.map(({ id }) => id) }, idleExpiresAt: { lte: now } };
      if (batch > 0) await this.endings.end({ sessions, reason: 'EXPIRED', actor: 'server' });
    }
  }

  async #findRefreshable(presented: RefreshToken): Promise<RefreshableSession | null> {
    const session = await this.database.read((client) =>
      client.session.findUnique({ where: { refreshFamilyHash: presented.familyHash }, include: { user: { select: { roles: true } } } }),
    );
    if (session === null || session.endedAt !== null) return null;
    return session.idleExpiresAt.getTime() > this.clock.now() ? session : null;
  }

  /** One compare-and-set decides which of many refreshes with one token makes the new branch, and that none does after a logout (R9). */
  #rotate(session: RefreshableSession, presented: RefreshToken, origin: Origin): Promise<OpenSession | null> {
    const next = succeed(presented, this.randomness);
    const now = this.clock.now();
    const expiresAt = session.expiresAt.getTime();
    const roles = session.user.roles.map(({ role }) => role).sort();
    return this.#withMinted(session.userId, session.id, roles, expiresAt, async (transaction, minted) => {
      const tokens = pairOf(minted, next);
      const [rotated] = await transaction.session.updateManyAndReturn({
        where: { id: session.id, refreshTokenHash: presented.hash, ...liveAt(now) },
        data: {
          lastUsedAt: new Date(now),
          idleExpiresAt: new Date(Math.min(now + this.settings.sessionIdleTtlSeconds * 1000, expiresAt)),
          refreshTokenHash: next.hash,
          previousRefreshTokenHash: presented.hash,
          rotatedAt: new Date(now),
          sealedSuccessor: sealSuccessor(tokens, presented, this.randomness),
          accessTokensExpireAt: new Date(Math.max(minted.expiresAt, session.accessTokensExpireAt.getTime())),
        },
      });
      if (rotated === undefined) return null;
      await this.#recordMint(transaction, rotated, minted, 'session.refreshed', origin);
      return { session: rotated, tokens };
    });
  }

  /** The immediate predecessor, for a moment, gets the same successor; reuse of any other ends the session (R10). */
  async #answerOldToken(session: RefreshableSession, presented: RefreshToken, origin: Origin): Promise<Outcome<OpenSession>> {
    const inGrace = session.rotatedAt !== null && this.clock.now() - session.rotatedAt.getTime() <= REFRESH_GRACE_MS;
    if (inGrace && session.previousRefreshTokenHash === presented.hash && session.sealedSuccessor !== null) {
      return done({ session, tokens: openSuccessor(session.sealedSuccessor, presented) });
    }
    await this.endings.end({ sessions: { id: session.id }, reason: 'REFRESH_TOKEN_REUSED', actor: 'server', ipAddress: origin.ipAddress });
    return INVALID_REFRESH_TOKEN;
  }

  /** Mints, then runs the transaction that hands the token out; once more if the key or the generation was retired in between. */
  async #withMinted<Result>(
    userId: string,
    sessionId: string,
    roles: readonly string[],
    sessionExpiresAt: number,
    work: (transaction: Transaction, minted: MintedAccessToken) => Promise<Result>,
  ): Promise<Result> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const minted = this.#mint(userId, sessionId, roles, sessionExpiresAt);
      const outcome = await this.database.transaction(async (transaction) => {
        const fresh = await this.keys.signs(transaction, minted.kid);
        return fresh ? { result: await work(transaction, minted) } : null;
      });
      if (outcome !== null) return outcome.result;
      await this.keys.load();
    }
    throw new Error('the signing key was retired again and again');
  }

  /** `exp` is fixed here, before the transaction that stores it (R9), and never lies beyond the session's own end. */
  #mint(sub: string, sid: string, roles: readonly string[], sessionExpiresAt: number): MintedAccessToken {
    const jti = freshId(this.randomness);
    const { kid } = this.keys.current;
    const { generation } = this.replica;
    const iat = Math.floor(this.clock.now() / 1000);
    const exp = Math.min(iat + this.settings.accessTokenTtlSeconds, Math.floor(sessionExpiresAt / 1000));
    const text = this.accessTokens.issue({ sub, sid, jti, roles, gen: generation, iat, exp });
    return { text, jti, kid, generation, expiresAt: exp * 1000 };
  }

  async #recordMint(
    transaction: Transaction,
    session: Session,
    minted: MintedAccessToken,
    kind: 'session.started' | 'session.refreshed',
    origin: Origin,
  ): Promise<void> {
    await transaction.accessToken.deleteMany({
      where: { sessionId: session.id, expiresAt: { lte: new Date(this.clock.now() - KEEP_AFTER_EXPIRY_MS) } },
    });
    await transaction.accessToken.create({ data: { jti: minted.jti, sessionId: session.id, expiresAt: new Date(minted.expiresAt) } });
    const { userId, id: sessionId } = session;
    await this.audit.record(transaction, { kind, actor: userId, userId, sessionId, ipAddress: origin.ipAddress });
  }

  async #endOverLimit(userId: string): Promise<void> {
    const over = await this.database.read((client) =>
      client.session.findMany({
        where: { userId, endedAt: null },
        orderBy: [{ lastUsedAt: 'desc' }, { id: 'asc' }],
        select: { id: true },
        skip: MAX_SESSIONS_PER_USER,
        take: EXPIRY_BATCH,
      }),
    );
    if (over.length > 0)
      await this.endings.end({ sessions: { id: { in: over.map(({ id }) => id) } }, reason: 'SESSION_LIMIT', actor: 'server' });
  }
}

function liveAt(now: number): Prisma.SessionWhereInput {
  return { endedAt: null, idleExpiresAt: { gt: new Date(now) } };
}

function pairOf(minted: MintedAccessToken, refreshToken: RefreshToken): TokenPair {
  return { accessToken: minted.text, accessTokenExpiresAt: minted.expiresAt, refreshToken: refreshToken.text };
}
