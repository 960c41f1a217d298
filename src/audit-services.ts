/** The part of the composition root that writes the audit trail and tells of it as it happens. */
import type { Database } from './database/database.js';
import { Audit } from './features/audit/audit.js';
import { AuditFeed } from './features/audit/audit-feed.js';
import { AuditWatch } from './features/audit/audit-watch.js';
import type { OpenedNode, World } from './lease-services.js';

export function openAudit({ config, clock, randomness, log }: World, database: Database, opened: OpenedNode | undefined) {
  const audit = new Audit(database, clock, randomness);
  const watch = new AuditWatch(database, config, clock, log);
  const feed = new AuditFeed(database, watch, config, clock);
  watch.onFound = (events) => feed.tell(events);
  audit.onCommitted = (events) => {
    feed.tell(events);
    opened?.auditBell.ring(events.map(({ id }) => id));
  };
  if (opened !== undefined) {
    opened.auditBell.onRing = (ids) => watch.hear(ids);
    watch.hasBells = () => opened.node.isListening;
  }
  return { audit, feed };
}
