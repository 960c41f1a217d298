/** The audit trail: what happened, to whom, when, from where and why. No secret ever stands in it. */

import type { Database, Transaction } from '../../database/database.js';
import type { AuditEvent as AuditEventRow } from '../../database/generated/client.js';
import { insertRows } from '../../database/insert-rows.js';
import { freshId } from '../../lib/ambient.js';
import { fitUserAgent } from '../../lib/text-rules.js';
import type { World } from '../../world.js';

export type AuditKind =
  | 'user.registered'
  | 'user.created'
  | 'user.deleted'
  | 'user.disabled'
  | 'user.enabled'
  | 'user.roles-changed'
  | 'user.sessions-revoked'
  | 'user.email-verified'
  | 'user.email-changed'
  | 'user.email-change-requested'
  | 'user.password-changed'
  | 'user.password-reset-requested'
  | 'user.password-reset'
  | 'user.password-reset-required'
  | 'login.failed'
  | 'login.rate-limited'
  | 'reauthentication.done'
  | 'reauthentication.failed'
  | 'refresh.failed'
  | 'session.started'
  | 'session.refreshed'
  | 'session.ended'
  | 'session.access-tokens-revoked'
  | 'sessions.all-ended'
  | 'signing-key.rotated'
  | 'signing-key.revoked';

export interface AuditEvent {
  readonly kind: AuditKind;
  /** A user id, or `command-line`, or `server`. */
  readonly actor: string;
  readonly userId?: string | null;
  readonly sessionId?: string;
  readonly reason?: string | undefined;
  readonly ipAddress?: string | null;
  readonly userAgent?: string | null;
}

/** An event as it stands in the table. */
export type RecordedEvent = Omit<AuditEventRow, 'kind'> & { readonly kind: AuditKind };

interface Needs {
  readonly database: Database;
  /** Called with what this process has committed, in the turn of the commit. */
  readonly onCommitted: (events: readonly RecordedEvent[]) => void;
}

export class Audit {
  /** How often each kind was committed by this process since its start; the ends of sessions by their reason, too. */
  readonly counts = new Map<string, number>();

  constructor(
    private readonly world: World,
    private readonly needs: Needs,
  ) {}

  /** Records in the transaction of what it tells of: the one does not happen without the other. */
  async record(transaction: Transaction, ...events: readonly AuditEvent[]): Promise<void> {
    if (events.length === 0) return;
    const at = new Date(this.world.clock.now());
    // Every column, so that it is one and the same statement, whether or not there is such a user.
    const rows = events.map(({ kind, actor, userId = null, sessionId = null, reason = null, ipAddress = null, userAgent = null }) => ({
      id: freshId(this.world.randomness),
      at,
      kind,
      userId,
      sessionId,
      actor,
      reason,
      ipAddress,
      userAgent: userAgent === null ? null : fitUserAgent(userAgent),
    }));
    this.needs.database.whenCommitted(transaction, () => {
      this.#count(rows);
      this.needs.onCommitted(rows);
    });
    await insertRows(transaction.auditEvent, rows);
  }

  #count(events: readonly RecordedEvent[]): void {
    for (const { kind, reason } of events) {
      const key = kind === 'session.ended' ? `${kind} ${reason}` : kind;
      this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
    }
  }
}
