/** What an operator may do from the command line, whether through the running server or without one. */

import { ADMIN_ROLE } from '../../caller/roles.js';
import type { Database } from '../../database/database.js';
import { done, failed, type Outcome } from '../../lib/errors.js';
import type { Revocations } from '../../revocation/revocations.js';
import type { DeletedUser, UserDeletion } from '../accounts/user-deletion.js';
import type { AuditTrail } from '../audit/audit-trail.js';
import { COMMAND_LINE } from '../endings/actor.js';
import type { SessionEndings } from '../endings/session-endings.js';
import type { AttemptLimits } from '../limits/attempt-limits.js';
import type { MailCodes } from '../mail/mail-codes.js';
import type { Examination } from '../operations/examination.js';
import type { Finding } from '../operations/finding.js';
import type { Sessions } from '../sessions/sessions.js';
import type { SigningKeys } from '../tokens/signing-keys.js';
import { removeDeadAccessTokens } from '../tokens/token-mint.js';
import type { Users } from '../users/users.js';
import { findNamed, NO_SUCH_USER, type PublicUser, toPublic } from './named-user.js';
import type { PasswordResets } from './password-resets.js';
import type { AdministeredUser, UserAdministration } from './user-administration.js';

export interface KeySummary {
  readonly kid: string;
  readonly algorithm: string;
  readonly createdAt: Date;
  readonly activeAt: Date;
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
  readonly auditEvents: number;
  readonly mailCodes: number;
}

const NO_SUCH_KEY = failed({ code: 'NOT_FOUND', message: 'There is no such key. `latchkey keys list` shows them.' });
const NO_SUCH_SESSION = failed({ code: 'NOT_FOUND', message: 'There is no such live session. `latchkey session list` shows them.' });

export class Administration {
  constructor(
    private readonly database: Database,
    private readonly revocations: Revocations,
    private readonly users: Users,
    private readonly sessions: Sessions,
    private readonly endings: SessionEndings,
    private readonly keys: SigningKeys,
    private readonly codes: MailCodes,
    private readonly limits: AttemptLimits,
    private readonly trail: AuditTrail,
    private readonly examination: Examination,
    private readonly userAdministration: UserAdministration,
    private readonly passwordResets: PasswordResets,
    private readonly deletion: UserDeletion,
  ) {}

  async createUser(input: { email: string; password: string; name?: string; admin?: boolean }): Promise<Outcome<PublicUser>> {
    const { email, password, name, admin } = input;
    const created = await this.users.create({ email, password, name, roles: admin ? [ADMIN_ROLE] : [] }, COMMAND_LINE);
    return created.kind === 'failed' ? created : done(toPublic(created.result));
  }

  /** Disables a user, named by id or email, and ends all sessions in the same transaction. */
  disableUser({ user, reason }: NamedUser): Promise<Outcome<AdministeredPublicUser>> {
    return this.#withUser(user, (id) => this.userAdministration.disable(COMMAND_LINE, id, reason));
  }

  enableUser({ user, reason }: NamedUser): Promise<Outcome<AdministeredPublicUser>> {
    return this.#withUser(user, (id) => this.userAdministration.enable(COMMAND_LINE, id, reason));
  }

  setUserRoles({ user, roles }: { user: string; roles: readonly string[] }): Promise<Outcome<AdministeredPublicUser>> {
    return this.#withUser(user, (id) => this.userAdministration.setRoles(COMMAND_LINE, id, roles));
  }

  revokeUserSessions({ user, reason }: NamedUser): Promise<Outcome<AdministeredPublicUser>> {
    return this.#withUser(user, (id) => this.userAdministration.revokeSessions(COMMAND_LINE, id, reason));
  }

  requirePasswordReset({ user, reason }: NamedUser): Promise<Outcome<AdministeredPublicUser>> {
    return this.#withUser(user, (id) => this.userAdministration.requirePasswordReset(COMMAND_LINE, id, reason));
  }

  revokeAllSessions({ reason }: { reason?: string }): Promise<Outcome<{ endedSessions: number }>> {
    return this.userAdministration.revokeAllSessions(COMMAND_LINE, reason);
  }

  /** Sets a new password for somebody who has lost it, and ends all sessions. */
  resetPassword({ user, password }: { user: string; password: string }): Promise<Outcome<AdministeredPublicUser>> {
    return this.#withUser(user, (id) => this.passwordResets.set(COMMAND_LINE, id, password));
  }

  async deleteUser({ user: name }: { user: string }): Promise<Outcome<DeletedUser>> {
    const user = await findNamed(this.users, name);
    return user === null ? NO_SUCH_USER : this.deletion.delete(user.id, COMMAND_LINE.id);
  }

  async listKeys(): Promise<Outcome<KeySummary[]>> {
    if (this.keys.isShared) await this.keys.refresh();
    return done(this.keys.list().map(toKeySummary));
  }

  async rotateKeys({ now = false }: { now?: boolean } = {}): Promise<Outcome<KeySummary>> {
    return done(toKeySummary(await this.keys.rotate(COMMAND_LINE.id, { now })));
  }

  /** Kills every token that the key has signed: it has leaked. */
  async revokeKey({ kid }: { kid: string }): Promise<Outcome<{ kid: string; signs: string }>> {
    const revoked = await this.keys.revoke(kid, COMMAND_LINE.id, this.endings);
    return revoked ? done({ kid, signs: this.keys.current.kid }) : NO_SUCH_KEY;
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
    await this.limits.prune();
    await this.revocations.prune(removeDeadAccessTokens);
    const blacklistRows = await this.revocations.prune();
    const auditEvents = await this.trail.prune();
    const mailCodes = await this.codes.prune();
    return done({ blacklistRows, sessions, signingKeys: await this.keys.prune(), auditEvents, mailCodes });
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
        const revokedAccessTokens = await steps.revokeAccessTokens({ sessions, reason: 'REVOKED_BY_ADMIN', actor: COMMAND_LINE.id });
        return done({ endedSessions: 0, revokedAccessTokens });
      });
    }
    const ended = await this.endings.end({ sessions: { id: session }, reason: 'REVOKED_BY_ADMIN', actor: COMMAND_LINE.id });
    return ended.length === 0 ? NO_SUCH_SESSION : done({ endedSessions: ended.length, revokedAccessTokens: 0 });
  }

  /** Looks at what the server depends on. */
  async examine(): Promise<Outcome<Finding[]>> {
    return done(await this.examination.run());
  }

  async #withUser(name: string, act: (id: string) => Promise<Outcome<AdministeredUser>>): Promise<Outcome<AdministeredPublicUser>> {
    const user = await findNamed(this.users, name);
    if (user === null) return NO_SUCH_USER;
    const outcome = await act(user.id);
    return outcome.kind === 'failed' ? outcome : done({ ...outcome.result, user: toPublic(outcome.result.user) });
  }
}

/** A user named by id or email, and why something is done. */
interface NamedUser {
  readonly user: string;
  readonly reason?: string;
}

/** What was done with a user. */
export interface AdministeredPublicUser {
  readonly user: PublicUser;
  readonly endedSessions: number;
}

function toKeySummary({ kid, algorithm, createdAt, activeAt, retiredAt }: KeySummary): KeySummary {
  return { kid, algorithm, createdAt, activeAt, retiredAt };
}
