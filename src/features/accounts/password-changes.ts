/** Changes the caller's password: the other sessions end; this one continues with new tokens. */

import type { AccessToken } from '../../caller/access-token-claims.js';
import type { Database } from '../../database/database.js';
import { done, failed, LatchkeyError, type Outcome } from '../../lib/errors.js';
import type { Origin } from '../../lib/origin.js';
import type { World } from '../../world.js';
import type { Audit } from '../audit/audit.js';
import type { EndingSteps } from '../endings/ending-steps.js';
import type { SessionEndings } from '../endings/session-endings.js';
import { removeCodesOf } from '../mail/mail-codes.js';
import type { Notices } from '../mail/notices.js';
import type { PasswordPolicy } from '../passwords/password-policy.js';
import type { Passwords } from '../passwords/passwords.js';
import { idleExpiryOf, type OpenSession, type Session, type Sessions } from '../sessions/sessions.js';
import { makeRefreshToken } from '../tokens/refresh-tokens.js';
import { type MintedAccessToken, type MintOrder, pairOf, type TokenMint } from '../tokens/token-mint.js';
import type { Credentials } from '../users/credentials.js';
import type { Users, UserWithSecrets } from '../users/users.js';

export interface PasswordChange {
  readonly currentPassword: string;
  readonly newPassword: string;
  readonly keepOtherSessions: boolean;
}

export interface ChangedPassword extends OpenSession {
  /** How many other sessions ended. */
  readonly endedSessions: number;
}

const WRONG_PASSWORD = failed({
  code: 'INVALID_CREDENTIALS',
  message: 'The current password is wrong.',
  field: ['input', 'currentPassword'],
});

interface Needs {
  readonly database: Database;
  readonly users: Users;
  readonly credentials: Credentials;
  readonly passwords: Passwords;
  readonly policy: PasswordPolicy;
  readonly sessions: Sessions;
  readonly mint: TokenMint;
  readonly endings: SessionEndings;
  readonly notices: Notices;
  readonly audit: Audit;
}

export class PasswordChanges {
  constructor(
    private readonly world: World,
    private readonly needs: Needs,
  ) {}

  /**
   * Changes the password. When it returns, every earlier access token is revoked, including the caller's. The caller's session has
   * a refresh token of a new family: a thief who holds the old one is locked out.
   *
   * @throws LatchkeyError UNAUTHENTICATED when the session has ended meanwhile
   */
  async change(token: AccessToken, request: PasswordChange, origin: Origin): Promise<Outcome<ChangedPassword>> {
    const user = await this.needs.users.findWithSecrets(token.sub);
    const session = await this.needs.sessions.findOwn(token.sub, token.sid);
    if (user === null || session === null) throw LatchkeyError.unauthenticated('TOKEN_REVOKED', true);
    if (!(await this.needs.credentials.confirm(user, request.currentPassword, origin, token.sid))) return WRONG_PASSWORD;
    const fault = await this.needs.policy.findFault(request.newPassword, user, ['input', 'newPassword']);
    if (fault !== null) return failed(fault);
    const passwordHash = await this.needs.passwords.hash(request.newPassword, origin);
    const order = { userId: user.id, sessionId: session.id, roles: user.roles, sessionExpiresAt: session.expiresAt.getTime() };
    return this.needs.mint.issue(order, (minted) =>
      this.needs.endings.commit(async (steps) => {
        await this.needs.mint.assertIssuable(steps.transaction, minted);
        if (!(await this.#replaceHash(steps, user, passwordHash))) return WRONG_PASSWORD;
        await steps.assertLive(token);
        const ending = { reason: 'PASSWORD_CHANGED', actor: user.id, ...origin } as const;
        const own = { id: session.id };
        const others = { userId: user.id, id: { not: session.id } };
        await steps.revokeAccessTokens({ ...ending, sessions: request.keepOtherSessions ? { userId: user.id } : own });
        const ended = request.keepOtherSessions ? [] : await steps.end({ ...ending, sessions: others });
        await this.needs.audit.record(steps.transaction, { kind: 'user.password-changed', actor: user.id, userId: user.id, ...origin });
        await this.needs.notices.passwordChanged(steps.transaction, user.email, origin);
        return done({ ...(await this.#renew(steps, session, order, minted, origin)), endedSessions: ended.length });
      }),
    );
  }

  /** Raises the version first: a login or refresh under way with the old password then fails its version check (R11, R18). */
  async #replaceHash({ transaction }: EndingSteps, { id, credentialVersion }: UserWithSecrets, passwordHash: string): Promise<boolean> {
    const { count } = await transaction.user.updateMany({
      where: { id, credentialVersion, disabledAt: null },
      data: { passwordHash, deadPasswordHash: null, credentialVersion: { increment: 1 } },
    });
    if (count === 0) return false;
    await removeCodesOf(transaction, id);
    return true;
  }

  /** Starts a new family instead of rotating the old one, so that no token of the old family is known any more. */
  async #renew(
    { transaction }: EndingSteps,
    session: Session,
    order: MintOrder,
    minted: MintedAccessToken,
    origin: Origin,
  ): Promise<OpenSession> {
    const refreshToken = makeRefreshToken(this.world.randomness);
    const now = this.world.clock.now();
    const { accessTokensExpireAt } = await transaction.session.findUniqueOrThrow({ where: { id: session.id } });
    const renewed = await transaction.session.update({
      where: { id: session.id },
      data: {
        authenticatedAt: new Date(now),
        lastUsedAt: new Date(now),
        idleExpiresAt: idleExpiryOf(session.expiresAt, now, this.world.config),
        refreshFamilyHash: refreshToken.familyHash,
        refreshTokenHash: refreshToken.hash,
        previousRefreshTokenHash: null,
        rotatedAt: null,
        sealedSuccessor: null,
        accessTokensExpireAt: new Date(Math.max(minted.expiresAt, accessTokensExpireAt.getTime())),
      },
    });
    const inserts = this.needs.mint.record(transaction, order, minted, 'session.refreshed', origin);
    await this.needs.database.insertIn(transaction, ...inserts);
    return { session: renewed, tokens: pairOf(minted, refreshToken) };
  }
}
