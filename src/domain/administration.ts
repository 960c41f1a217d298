/** What an operator may do from the command line, whether through the running server or without one. */
import type { Clock } from '../ambient.js';
import type { Database } from '../database/database.js';
import { done, failed, type Outcome } from '../errors.js';
import type { Revocations } from '../revocation/revocations.js';
import type { Audit } from './audit.js';
import type { Examination, Finding } from './examination.js';
import type { SessionEndings } from './session-endings.js';
import type { Session, Sessions } from './sessions.js';
import type { SigningKeys } from './signing-keys.js';
import { removeDeadAccessTokens } from './token-mint.js';
import { ADMIN_ROLE, type User, type Users } from './users.js';

/** Who did it, in the audit trail. */
export const COMMAND_LINE = 'command-line';

export interface KeySummary {
  readonly kid: string;
  readonly algorithm: string;
  readonly createdAt: Date;
  readonly retiredAt: Date | null;
}

export interface BlacklistStats {
  /** Rows of the table. */
  readonly rows: number;
  /** Ids that this process refuses. */
  readonly inMemory: number;
  readonly version: number;
  readonly oldestRevokedAt: Date | null;
}

export interface Pruned {
  readonly blacklistRows: number;
  readonly sessions: number;
  readonly signingKeys: number;
}

const LISTED_USERS = 1_000;
const NO_SUCH_USER = failed({ code: 'NOT_FOUND', message: 'There is no such user. `latchkey user list` shows them.' });
const NO_SUCH_SESSION = failed({ code: 'NOT_FOUND', message: 'There is no such live session. `latchkey session list` shows them.' });

export class Administration {
  constructor(
    private readonly database: Database,
    private readonly revocations: Revocations,
    private readonly users: Users,
    private readonly sessions: Sessions,
    private readonly endings: SessionEndings,
    private readonly keys: SigningKeys,
    private readonly examination: Examination,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  async createUser(input: { email: string; password: string; name?: string; admin?: boolean }): Promise<Outcome<PublicUser>> {
    const { email, password, name, admin } = input;
    const created = await this.users.create({ email, password, name, roles: admin ? [ADMIN_ROLE] : [] }, COMMAND_LINE);
    return created.kind === 'failed' ? created : done(toPublic(created.result));
  }

  async listUsers(): Promise<Outcome<PublicUser[]>> {
    return done((await this.users.list(LISTED_USERS)).map(toPublic));
  }

  /** Disables a user, named by id or email, and ends all sessions in the same transaction. */
  async disableUser({
    user: name,
    reason,
  }: {
    user: string;
    reason?: string;
  }): Promise<Outcome<{ user: PublicUser; endedSessions: number }>> {
    const user = await this.#findUser(name);
    if (user === null) return NO_SUCH_USER;
    const disabledAt = new Date(this.clock.now());
    const ended = await this.endings.commit(async (steps) => {
      // Before the sessions are looked for: a login that is under way finds its fence closed (R11).
      const data = { disabledAt, disabledReason: reason ?? null, credentialVersion: { increment: 1 } };
      const { count } = await steps.transaction.user.updateMany({ where: { id: user.id, disabledAt: null }, data });
      if (count > 0) await this.audit.record(steps.transaction, { kind: 'user.disabled', actor: COMMAND_LINE, userId: user.id, reason });
      return steps.end({ sessions: { userId: user.id }, reason: 'USER_DISABLED', actor: COMMAND_LINE });
    });
    const now = await this.users.find(user.id);
    return done({ user: toPublic(now ?? user), endedSessions: ended.length });
  }

  async listKeys(): Promise<Outcome<KeySummary[]>> {
    return done(this.keys.list().map(toKeySummary));
  }

  async rotateKeys(): Promise<Outcome<KeySummary>> {
    return done(toKeySummary(await this.keys.rotate(COMMAND_LINE)));
  }

  async blacklistStats(): Promise<Outcome<BlacklistStats>> {
    const { _count, _min } = await this.database.read((client) =>
      client.blacklistedToken.aggregate({ _count: true, _min: { revokedAt: true } }),
    );
    const { size, version } = this.revocations.replica;
    return done({ rows: _count, inMemory: size, version, oldestRevokedAt: _min.revokedAt });
  }

  /** Removes all that no longer matters. */
  async prune(): Promise<Outcome<Pruned>> {
    const sessions = await this.sessions.prune();
    await this.revocations.prune(removeDeadAccessTokens);
    return done({ blacklistRows: await this.revocations.prune(), sessions, signingKeys: await this.keys.prune() });
  }

  async listSessions({ user: name }: { user: string }): Promise<Outcome<Session[]>> {
    const user = await this.#findUser(name);
    return user === null ? NO_SUCH_USER : done((await this.sessions.listLive(user.id)).map(toPublicSession));
  }

  /** Ends a session; or kills its access tokens only, so that the client must refresh. */
  async revokeSession({
    session,
    accessTokensOnly,
  }: {
    session: string;
    accessTokensOnly?: boolean;
  }): Promise<Outcome<{ endedSessions: number; revokedAccessTokens: number }>> {
    if (accessTokensOnly) {
      const sessions = { id: session };
      return this.endings.commit(async (steps) => {
        if ((await steps.transaction.session.count({ where: { id: session, endedAt: null } })) === 0) return NO_SUCH_SESSION;
        const revokedAccessTokens = await steps.revokeAccessTokens({ sessions, reason: 'REVOKED_BY_ADMIN', actor: COMMAND_LINE });
        return done({ endedSessions: 0, revokedAccessTokens });
      });
    }
    const ended = await this.endings.end({ sessions: { id: session }, reason: 'REVOKED_BY_ADMIN', actor: COMMAND_LINE });
    return ended.length === 0 ? NO_SUCH_SESSION : done({ endedSessions: ended.length, revokedAccessTokens: 0 });
  }

  /** Looks at what the server depends on. */
  async examine(): Promise<Outcome<Finding[]>> {
    return done(await this.examination.run());
  }

  async #findUser(name: string): Promise<User | null> {
    return (await this.users.find(name)) ?? (await this.users.findByEmail(name));
  }
}

/** A user without secrets. */
export type PublicUser = Pick<User, 'id' | 'email' | 'name' | 'roles' | 'createdAt' | 'disabledAt'>;

function toPublic({ id, email, name, roles, createdAt, disabledAt }: User): PublicUser {
  return { id, email, name, roles, createdAt, disabledAt };
}

function toPublicSession({
  id,
  userId,
  deviceName,
  userAgent,
  ipAddress,
  createdAt,
  lastUsedAt,
  idleExpiresAt,
  expiresAt,
  endedAt,
}: Session): Session {
  return { id, userId, deviceName, userAgent, ipAddress, createdAt, lastUsedAt, idleExpiresAt, expiresAt, endedAt };
}

function toKeySummary({ kid, algorithm, createdAt, retiredAt }: KeySummary): KeySummary {
  return { kid, algorithm, createdAt, retiredAt };
}
