/** Reads the audit trail for users, administrators and operators, and prunes it after AUDIT_RETENTION. */

import type { Database } from '../../database/database.js';
import { LatchkeyError } from '../../lib/errors.js';
import { cutPage, isAfter, newestFirst, type Page, type PageRequest } from '../../lib/pages.js';
import type { World } from '../../world.js';
import type { RecordedEvent } from './audit.js';

/** Selects events; empty for all. */
export interface AuditSelection {
  readonly userId?: string;
  readonly since?: Date;
}

/** The user who reads the trail. */
export interface AuditReader {
  readonly userId: string;
  readonly isAdministrator: boolean;
}

export interface AuditRequest extends PageRequest {
  /** The user whose events to list; null for the reader's own. */
  readonly userId: string | null;
  readonly everyone: boolean;
}

interface Needs {
  readonly database: Database;
}

export class AuditTrail {
  constructor(
    private readonly world: World,
    private readonly needs: Needs,
  ) {}

  /**
   * Lists events for a reader, without the fields that the reader must not see.
   *
   * @throws LatchkeyError FORBIDDEN for another user's events, also of a user that does not exist; BAD_USER_INPUT for both at once
   */
  async listFor(
    { userId: reader, isAdministrator }: AuditReader,
    { userId, everyone, ...request }: AuditRequest,
  ): Promise<Page<RecordedEvent>> {
    if (!isAdministrator && (everyone || (userId !== null && userId !== reader))) throw LatchkeyError.forbidden();
    if (everyone && userId !== null) throw LatchkeyError.badInput('Ask either for everyone or for one user, not for both.');
    const page = await this.list(everyone ? {} : { userId: userId ?? reader }, request);
    return isAdministrator ? page : { ...page, rows: page.rows.map((event) => concealOthers(event, reader)) };
  }

  /** Newest first. */
  async list({ userId, since }: AuditSelection, request: PageRequest): Promise<Page<RecordedEvent>> {
    const rows = await this.needs.database.read((client) =>
      client.auditEvent.findMany({
        where: {
          ...(userId === undefined ? {} : { userId }),
          ...(since === undefined ? {} : { at: { gte: since } }),
          ...isAfter('at', request.after),
        },
        orderBy: newestFirst('at'),
        take: request.limit + 1,
      }),
    );
    return cutPage(rows as RecordedEvent[], request);
  }

  /**
   * Removes events older than AUDIT_RETENTION.
   *
   * @returns how many it removed
   */
  prune(): Promise<number> {
    const at = { lt: new Date(this.world.clock.now() - this.world.config.auditRetentionSeconds * 1000) };
    return this.needs.database.inBatches(async (transaction, limit) => {
      const old = await transaction.auditEvent.findMany({ where: { at }, orderBy: { at: 'asc' }, select: { id: true }, take: limit });
      return transaction.auditEvent.deleteMany({ where: { id: { in: old.map(({ id }) => id) } } });
    });
  }
}

/**
 * Users see that somebody else acted on them, but not the address, device or notes of that administrator. The reason why a
 * session ended is one of our codes, so it stays visible.
 */
function concealOthers(event: RecordedEvent, reader: string): RecordedEvent {
  if (event.actor === reader || event.actor === 'server') return event;
  return { ...event, ipAddress: null, userAgent: null, reason: event.kind.startsWith('session.') ? event.reason : null };
}
