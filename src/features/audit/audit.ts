/** Writes the audit trail: what happened, to whom, when, from where and why. It never contains a secret. */

import type { AnyTransaction, Database } from '../../database/database.js';
import type { AuditEvent as AuditEventRow } from '../../database/generated/client.js';
import type { Insert } from '../../database/statement.js';
import { freshId } from '../../lib/ambient.js';
import { fitUserAgent } from '../../lib/text-rules.js';
import type { World } from '../../world.js';
import { insertAuditEvents } from './audit-statements.js';

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
  | 'service-credential.created'
  | 'service-credential.revoked'
  | 'signing-key.rotated'
  | 'signing-key.revoked';

export interface AuditEvent {
  readonly kind: AuditKind;
  /** A user id, or `command-line`, or `server`. */
  readonly actor: string;
  readonly userId?: string | null | undefined;
  readonly sessionId?: string | null | undefined;
  readonly reason?: string | null | undefined;
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
  async record(transaction: AnyTransaction, ...events: readonly AuditEvent[]): Promise<void> {
    if (events.length > 0) await this.needs.database.insertIn(transaction, this.prepare(transaction, ...events));
  }

  /** Does the same, but leaves it to the caller to run the insert, together with others. There must be at least one event. */
  prepare(transaction: AnyTransaction, ...events: readonly AuditEvent[]): Insert {
    const rows = events.map((event) => this.rowOf(event));
    this.needs.database.whenCommitted(transaction, () => this.tell(rows));
    return insertAuditEvents(rows);
  }

  /** The row of an event that happens now. */
  rowOf({ kind, actor, userId = null, sessionId = null, reason = null, ipAddress = null, userAgent = null }: AuditEvent): RecordedEvent {
    const id = freshId(this.world.randomness);
    const at = new Date(this.world.clock.now());
    return { id, at, kind, userId, sessionId, actor, reason, ipAddress, userAgent: userAgent === null ? null : fitUserAgent(userAgent) };
  }

  /** Counts and passes on events that this process has committed. */
  tell(events: readonly RecordedEvent[]): void {
    this.#count(events);
    this.needs.onCommitted(events);
  }

  #count(events: readonly RecordedEvent[]): void {
    for (const { kind, reason } of events) {
      const key = kind === 'session.ended' ? `${kind} ${reason}` : kind;
      this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
    }
  }
}
