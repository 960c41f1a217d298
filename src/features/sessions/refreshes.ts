/** Exchanges a refresh token, once, for the next pair of tokens, and detects reuse. */

import type { Database } from '../../database/database.js';
import { done, failed, type Outcome } from '../../lib/errors.js';
import type { Origin } from '../../lib/origin.js';
import type { World } from '../../world.js';
import type { Audit } from '../audit/audit.js';
import { withEnd } from '../endings/live-sessions.js';
import type { SessionEndings } from '../endings/session-endings.js';
import type { AttemptLimits } from '../limits/attempt-limits.js';
import { openSuccessor, parseRefreshToken, type RefreshToken, sealSuccessor, succeed } from '../tokens/refresh-tokens.js';
import { pairOf, type TokenMint } from '../tokens/token-mint.js';
import { splitRoles } from '../users/user-statements.js';
import { type FoundSession, fenceIssuing, findSessionOfFamily, rotateSession } from './session-statements.js';
import { idleExpiryOf, type OpenSession } from './sessions.js';

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

  async #find(presented: RefreshToken): Promise<FoundSession | null> {
    const [session] = await this.needs.database.ask(findSessionOfFamily(presented.familyHash));
    return session === undefined ? null : withEnd(session, session);
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
  async #answerDead({ id, userId }: FoundSession, origin: Origin): Promise<Outcome<never>> {
    await this.needs.database.hotTransaction(async (transaction) => {
      await this.needs.limits.spendFailedRefresh(transaction, id);
      const reason = 'INVALID_REFRESH_TOKEN';
      await this.needs.audit.record(transaction, { kind: 'refresh.failed', actor: 'server', userId, sessionId: id, reason, ...origin });
    });
    return INVALID_REFRESH_TOKEN;
  }

  /** Rotates in one compare-and-set: of many refreshes with one token only one succeeds, and none after a logout (R9). */
  #rotate(session: FoundSession, presented: RefreshToken, origin: Origin): Promise<OpenSession | null> {
    const { userId, id: sessionId, expiresAt, credentialVersion } = session;
    const { signingAlgorithm } = this.world.config;
    const next = succeed(presented, this.world.randomness);
    const now = new Date(this.world.clock.now());
    const order = { userId, sessionId, roles: splitRoles(session.roles), sessionExpiresAt: expiresAt.getTime() };
    return this.needs.mint.issue(order, (minted) => {
      const tokens = pairOf(minted, next);
      const rotation = {
        lastUsedAt: now,
        idleExpiresAt: idleExpiryOf(expiresAt, now.getTime(), this.world.config),
        refreshTokenHash: next.hash,
        previousRefreshTokenHash: presented.hash,
        rotatedAt: now,
        sealedSuccessor: sealSuccessor(tokens, presented, this.world.randomness),
        accessTokensExpireAt: new Date(Math.max(minted.expiresAt, session.accessTokensExpireAt.getTime())),
      };
      return this.needs.database.hotTransaction(async (transaction) => {
        // The roles in the token were read earlier. If the roles have changed since, or the user was disabled, the version differs (R18).
        const [issuing] = await transaction.run(fenceIssuing({ id: userId, credentialVersion }, null, signingAlgorithm));
        if (issuing === undefined) return null;
        this.needs.mint.assertCurrent(minted, issuing);
        const [rotated] = await transaction.run(rotateSession(session, rotation, issuing, now));
        if (rotated === undefined) return null;
        await this.needs.limits.spendRefresh(transaction, sessionId);
        await transaction.insertTogether(this.needs.mint.record(transaction, order, minted, 'session.refreshed', origin));
        return { session: rotated, tokens };
      });
    });
  }

  /** The immediate predecessor gets the same pair within `REFRESH_GRACE_MS`; reuse of any other token ends the session (R10). */
  async #answerOldToken(session: FoundSession, presented: RefreshToken, origin: Origin): Promise<Outcome<OpenSession>> {
    // Take the absolute difference: a clock that was set back must not extend the grace period.
    const inGrace = session.rotatedAt !== null && Math.abs(this.world.clock.now() - session.rotatedAt.getTime()) <= REFRESH_GRACE_MS;
    if (inGrace && session.previousRefreshTokenHash === presented.hash && session.sealedSuccessor !== null) {
      return done({ session, tokens: openSuccessor(session.sealedSuccessor, presented) });
    }
    await this.needs.endings.end({ sessions: { id: session.id }, reason: 'REFRESH_TOKEN_REUSED', actor: 'server', ...origin });
    return INVALID_REFRESH_TOKEN;
  }
}
