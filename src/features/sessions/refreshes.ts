/** Exchanges a refresh token, once, for the next pair of tokens, and detects reuse. */

import type { Database } from '../../database/database.js';
import type { Session as SessionRow } from '../../database/generated/client.js';
import { done, failed, type Outcome } from '../../lib/errors.js';
import type { Origin } from '../../lib/origin.js';
import { readState } from '../../revocation/blacklist.js';
import type { World } from '../../world.js';
import type { Audit } from '../audit/audit.js';
import { liveAt, withEnd } from '../endings/live-sessions.js';
import type { SessionEndings } from '../endings/session-endings.js';
import type { AttemptLimits } from '../limits/attempt-limits.js';
import { openSuccessor, parseRefreshToken, type RefreshToken, sealSuccessor, succeed } from '../tokens/refresh-tokens.js';
import { pairOf, type TokenMint } from '../tokens/token-mint.js';
import { fenceUser } from '../users/users.js';
import { idleExpiryOf, type OpenSession } from './sessions.js';

type RefreshableSession = SessionRow & { user: { credentialVersion: number; roles: { role: string }[] } };

/** How long the immediate predecessor of a refresh token still gets the same pair: for a second tab, or a lost answer. */
export const REFRESH_GRACE_MS = 10_000;

const ATTEMPTS = 5;

const INVALID_REFRESH_TOKEN = failed({
  code: 'INVALID_REFRESH_TOKEN',
  message: 'The refresh token is missing, unknown, used, expired or revoked. Log in again.',
  field: ['input', 'refreshToken'],
});

interface Needs {
  readonly database: Database;
  readonly mint: TokenMint;
  readonly endings: SessionEndings;
  readonly limits: AttemptLimits;
  readonly audit: Audit;
}

export class Refreshes {
  constructor(
    private readonly world: World,
    private readonly needs: Needs,
  ) {}

  /**
   * Exchanges a refresh token for the next pair, once (RFC 9700, section 4.14.2).
   *
   * The immediate predecessor gets the same pair again for a few seconds. Any other token of the family is
   * reuse: when this returns, the session has ended and its access tokens are refused.
   */
  async refresh(text: string, origin: Origin): Promise<Outcome<OpenSession>> {
    const presented = parseRefreshToken(text);
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const session = presented === null ? null : await this.#find(presented);
      if (presented === null || session === null) return this.#answerUnknown(text, origin);
      if (session.endedAt !== null || session.idleExpiresAt.getTime() <= this.world.clock.now()) return this.#answerDead(session, origin);
      if (session.refreshTokenHash !== presented.hash) return this.#answerOldToken(session, presented, origin);
      const rotated = await this.#rotate(session, presented, origin);
      if (rotated !== null) return done(rotated);
    }
    return INVALID_REFRESH_TOKEN;
  }

  #find(presented: RefreshToken): Promise<RefreshableSession | null> {
    return this.needs.database.read(async (client) => {
      const session = await client.session.findUnique({ where: { refreshFamilyHash: presented.familyHash } });
      if (session === null) return null;
      // Two queries: for a join Prisma also takes two, and throws when the user is deleted between them.
      const user = await client.user.findUnique({ where: { id: session.userId }, select: { credentialVersion: true, roles: true } });
      return user === null ? null : { ...withEnd(session, await readState(client)), user };
    });
  }

  /** Counts an unknown token as a guess. A request without a token is no guess: each morning a whole office sends one. */
  async #answerUnknown(text: string, origin: Origin): Promise<Outcome<never>> {
    if (text !== '') await this.needs.limits.spendCode(origin);
    return INVALID_REFRESH_TOKEN;
  }

  /**
   * Counts a token that was valid once against its session, not against the address: it is no guess. Otherwise the clients
   * at one address would lock each other out after a logout of all users.
   */
  async #answerDead({ id, userId }: RefreshableSession, origin: Origin): Promise<Outcome<never>> {
    await this.needs.database.transaction(async (transaction) => {
      await this.needs.limits.spendFailedRefresh(transaction, id);
      const reason = 'INVALID_REFRESH_TOKEN';
      await this.needs.audit.record(transaction, { kind: 'refresh.failed', actor: 'server', userId, sessionId: id, reason, ...origin });
    });
    return INVALID_REFRESH_TOKEN;
  }

  /** Rotates in one compare-and-set: of many refreshes with one token only one succeeds, and none after a logout (R9). */
  #rotate(session: RefreshableSession, presented: RefreshToken, origin: Origin): Promise<OpenSession | null> {
    const next = succeed(presented, this.world.randomness);
    const now = this.world.clock.now();
    const roles = session.user.roles.map(({ role }) => role).sort();
    const order = { userId: session.userId, sessionId: session.id, roles, sessionExpiresAt: session.expiresAt.getTime() };
    return this.needs.mint.withMinted(order, async (transaction, minted, state) => {
      // The roles in the token were read earlier. If the roles have changed since, or the user was disabled, the version differs (R18).
      if (!(await fenceUser(transaction, session.userId, session.user.credentialVersion))) return null;
      const tokens = pairOf(minted, next);
      const [rotated] = await transaction.session.updateManyAndReturn({
        where: { id: session.id, refreshTokenHash: presented.hash, ...liveAt(now, state) },
        data: {
          lastUsedAt: new Date(now),
          idleExpiresAt: idleExpiryOf(session.expiresAt, now, this.world.config),
          refreshTokenHash: next.hash,
          previousRefreshTokenHash: presented.hash,
          rotatedAt: new Date(now),
          sealedSuccessor: sealSuccessor(tokens, presented, this.world.randomness),
          accessTokensExpireAt: new Date(Math.max(minted.expiresAt, session.accessTokensExpireAt.getTime())),
        },
      });
      if (rotated === undefined) return null;
      await this.needs.limits.spendRefresh(transaction, session.id);
      await this.needs.mint.record(transaction, order, minted, 'session.refreshed', origin);
      return { session: rotated, tokens };
    });
  }

  /** The immediate predecessor gets the same pair within `REFRESH_GRACE_MS`; reuse of any other token ends the session (R10). */
  async #answerOldToken(session: RefreshableSession, presented: RefreshToken, origin: Origin): Promise<Outcome<OpenSession>> {
    // Take the absolute difference: a clock that was set back must not extend the grace period.
    const inGrace = session.rotatedAt !== null && Math.abs(this.world.clock.now() - session.rotatedAt.getTime()) <= REFRESH_GRACE_MS;
    if (inGrace && session.previousRefreshTokenHash === presented.hash && session.sealedSuccessor !== null) {
      return done({ session, tokens: openSuccessor(session.sealedSuccessor, presented) });
    }
    await this.needs.endings.end({ sessions: { id: session.id }, reason: 'REFRESH_TOKEN_REUSED', actor: 'server', ...origin });
    return INVALID_REFRESH_TOKEN;
  }
}
