/** The hot statements on the audit trail. */
import type { AuditEvent as AuditEventRow } from '../../database/generated/client.js';
import { type Columns, type Insert, insertInto } from '../../database/statement.js';

export const AUDIT_EVENT: Columns<AuditEventRow> = {
  id: 'text',
  at: 'instant',
  kind: 'text',
  userId: 'text',
  sessionId: 'text',
  actor: 'text',
  reason: 'text',
  ipAddress: 'text',
  userAgent: 'text',
};

export function insertAuditEvents(rows: readonly AuditEventRow[]): Insert {
  return insertInto('AuditEvent', AUDIT_EVENT, rows);
}
