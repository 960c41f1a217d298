/** What an operator may look at from the command line: users, their sessions, the audit trail. */

import type { Database } from '../../database/database.js';
import type { Clock } from '../../lib/ambient.js';
import { done, type Outcome } from '../../lib/errors.js';
import type { RecordedEvent } from '../audit/audit.js';
import type { AuditTrail } from '../audit/audit-trail.js';
import { type ListedNode, readNodes } from '../operations/nodes.js';
import type { Session, Sessions } from '../sessions/sessions.js';
import type { Users } from '../users/users.js';
import { findNamed, NO_SUCH_USER, type PublicUser, toPublic } from './named-user.js';
import type { UserDirectory } from './user-directory.js';

/** The most that is listed, and how much without a wish. */
export const MAX_LISTED = 1_000;
export const DEFAULT_LISTED_EVENTS = 50;

export interface AuditFilter {
  /** Id or email; of a user who was deleted, the id. */
  readonly user?: string;
  /** The instant of the oldest event, ISO 8601. */
  readonly since?: string;
  /** The age of the oldest event; counted by the clock of whoever carries the command out. */
  readonly withinSeconds?: number;
  readonly limit?: number;
}

export class Listings {
  constructor(
    private readonly users: Users,
    private readonly directory: UserDirectory,
    private readonly sessions: Sessions,
    private readonly trail: AuditTrail,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** The nodes that may hold a lease, the oldest first. */
  async listNodes(): Promise<Outcome<ListedNode[]>> {
    return done(await readNodes(this.database));
  }

  /** The newest first. */
  async listUsers({ search = null, limit = MAX_LISTED }: { search?: string | null; limit?: number } = {}): Promise<Outcome<PublicUser[]>> {
    const { rows } = await this.directory.list(search, { limit, after: null });
    return done(rows.map(toPublic));
  }

  async showUser({ user: name }: { user: string }): Promise<Outcome<PublicUser & { liveSessions: number }>> {
    const user = await findNamed(this.users, name);
    if (user === null) return NO_SUCH_USER;
    return done({ ...toPublic(user), liveSessions: (await this.sessions.listLive(user.id)).length });
  }

  async listSessions({ user: name }: { user: string }): Promise<Outcome<Session[]>> {
    const user = await findNamed(this.users, name);
    return user === null ? NO_SUCH_USER : done((await this.sessions.listLive(user.id)).map(toPublicSession));
  }

  /** The newest first. */
  async listAuditEvents(filter: AuditFilter = {}): Promise<Outcome<RecordedEvent[]>> {
    const { user: name, limit = DEFAULT_LISTED_EVENTS } = filter;
    const since = this.#startOf(filter);
    const user = name === undefined ? null : await findNamed(this.users, name);
    const userId = user?.id ?? name;
    const selection = { ...(userId === undefined ? {} : { userId }), ...(since === null ? {} : { since }) };
    const { rows } = await this.trail.list(selection, { limit, after: null });
    // The events of a user outlive the user.
    return name !== undefined && user === null && rows.length === 0 ? NO_SUCH_USER : done([...rows]);
  }

  #startOf({ since, withinSeconds }: AuditFilter): Date | null {
    if (withinSeconds !== undefined) return new Date(Math.max(0, this.clock.now() - withinSeconds * 1000));
    return since === undefined ? null : new Date(since);
  }
}

function toPublicSession({
  id,
  userId,
  deviceName,
  userAgent,
  ipAddress,
  createdAt,
  authenticatedAt,
  lastUsedAt,
  idleExpiresAt,
  expiresAt,
  endedAt,
}: Session): Session {
  return { id, userId, deviceName, userAgent, ipAddress, createdAt, authenticatedAt, lastUsedAt, idleExpiresAt, expiresAt, endedAt };
}
