/** The hot statement on the outbox: a login from a new device leaves a notice. */
import type { OutgoingMail } from '../../database/generated/client.js';
import { type Columns, type Insert, insertInto } from '../../database/statement.js';

const OUTGOING_MAIL: Columns<OutgoingMail> = {
  id: 'text',
  sealed: 'text',
  receiverKey: 'text',
  createdAt: 'instant',
  attempts: 'integer',
  nextAttemptAt: 'instant',
  expiresAt: 'instant',
};

export function insertOutgoingMail(row: OutgoingMail): Insert {
  return insertInto('OutgoingMail', OUTGOING_MAIL, [row]);
}
