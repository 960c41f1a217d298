/** Writes the audit trail: what happened, to whom, when, from where and why. It never contains a secret. */

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

/** An event as stored in the table. */
export type RecordedEvent = Omit<AuditEventRow, 'kind'> & { readonly kind: AuditKind };

interface Needs {
  readonly database: Database;
  /** Called with the events that this process has committed, in the same turn as the commit. */
  readonly onCommitted: (events: readonly RecordedEvent[]) => void;
}

export class Audit {
  /** How many events of each kind this process has committed since its start; `session.ended` is counted per reason. */
  readonly counts = new Map<string, number>();

  constructor(
    private readonly world: World,
    private readonly needs: Needs,
  ) {}

  /** Records events in the transaction that they describe, so that neither is committed without the other. */
  async record(transaction: Transaction, ...events: readonly AuditEvent[]): Promise<void> {
    if (events.length === 0) return;
    const at = new Date(this.world.clock.now());
    // Set every column, so that the statement is the same whether or not the user exists.
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
