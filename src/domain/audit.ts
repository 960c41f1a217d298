/** The audit trail: what happened, to whom, when, from where and why. No secret ever stands in it. */
import { type Clock, freshId, type Randomness } from '../ambient.js';
import type { Transaction } from '../database/database.js';

export type AuditKind =
  | 'user.registered'
  | 'user.created'
  | 'user.disabled'
  | 'session.started'
  | 'session.refreshed'
  | 'session.ended'
  | 'session.access-tokens-revoked'
  | 'signing-key.rotated';

export interface AuditEvent {
  readonly kind: AuditKind;
  /** A user id, or `command-line`, or `server`. */
  readonly actor: string;
  readonly userId?: string;
  readonly sessionId?: string;
  readonly reason?: string | undefined;
  readonly ipAddress?: string | null;
}

export class Audit {
  constructor(
    private readonly clock: Clock,
    private readonly randomness: Randomness,
  ) {}

  /** Records in the transaction of what it tells of: the one does not happen without the other. */
  async record(transaction: Transaction, ...events: readonly AuditEvent[]): Promise<void> {
    const at = new Date(this.clock.now());
    if (events.length > 0)
      await transaction.auditEvent.createMany({ data: events.map((event) => ({ id: freshId(this.randomness), at, ...event })) });
  }
}
