/** The commands that list users, one user or the audit trail. */
import { z } from 'zod';
import { command } from '../../lib/command.js';
import { done, type Outcome } from '../../lib/errors.js';
import type { World } from '../../world.js';
import type { RecordedEvent } from '../audit/audit.js';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { Sessions } from '../sessions/sessions.js';
import { findNamed, NO_SUCH_USER, type PublicUser, toPublic } from '../users/named-user.js';
import type { Users } from '../users/users.js';
import type { UserDirectory } from './user-directory.js';

interface Needs {
  readonly users: Users;
  readonly directory: UserDirectory;
  readonly sessions: Sessions;
  readonly trail: AuditTrail;
}

/** The most rows of any list, and the number of events listed when the caller gives no limit. */
export const MAX_LISTED = 1_000;
export const DEFAULT_LISTED_EVENTS = 50;

const limit = z.int().min(1).max(MAX_LISTED).optional();

const auditFilter = z.strictObject({
  /** Id or email; only the id for a deleted user. */
  user: z.string().optional(),
  /** The instant of the oldest event, ISO 8601. */
  since: z.iso.datetime({ offset: true }).optional(),
  /** The age of the oldest event, by the clock of the process that runs the command. */
  withinSeconds: z.int().min(1).optional(),
  limit,
});

export type AuditFilter = z.infer<typeof auditFilter>;

export function listingCommands({ clock }: World, { users, directory, sessions, trail }: Needs) {
  const startOf = ({ since, withinSeconds }: AuditFilter): Date | null => {
    if (withinSeconds !== undefined) return new Date(Math.max(0, clock.now() - withinSeconds * 1000));
    return since === undefined ? null : new Date(since);
  };
  return {
    /** Newest first. */
    listUsers: command(
      z.strictObject({ search: z.string().max(254).optional(), limit }),
      async ({ search = null, limit = MAX_LISTED }): Promise<Outcome<PublicUser[]>> => {
        const { rows } = await directory.list(search, { limit, after: null });
        return done(rows.map(toPublic));
      },
    ),
    showUser: command(
      z.strictObject({ user: z.string() }),
      async ({ user: name }): Promise<Outcome<PublicUser & { liveSessions: number }>> => {
        const user = await findNamed(users, name);
        if (user === null) return NO_SUCH_USER;
        return done({ ...toPublic(user), liveSessions: (await sessions.listLive(user.id)).length });
      },
    ),
    /** Newest first. */
    listAuditEvents: command(auditFilter, async (filter): Promise<Outcome<RecordedEvent[]>> => {
      const { user: name, limit = DEFAULT_LISTED_EVENTS } = filter;
      const since = startOf(filter);
      const user = name === undefined ? null : await findNamed(users, name);
      const userId = user?.id ?? name;
      const selection = { ...(userId === undefined ? {} : { userId }), ...(since === null ? {} : { since }) };
      const { rows } = await trail.list(selection, { limit, after: null });
      // Events outlive their user: an unknown id with events belongs to a deleted user.
      return name !== undefined && user === null && rows.length === 0 ? NO_SUCH_USER : done([...rows]);
    }),
  };
}
