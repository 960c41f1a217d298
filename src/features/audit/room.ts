/** The audit room: writes the audit trail, streams its events live, and reads it. */
import type { Database } from '../../database/database.js';
import type { Channel } from '../../revocation/lease/open.js';
import type { World } from '../../world.js';
import { Audit } from './audit.js';
import { AuditBell } from './audit-bell.js';
import { AuditEventResolver } from './audit-event.resolver.js';
import { AuditFeed } from './audit-feed.js';
import { AuditTrail } from './audit-trail.js';
import { AuditWatch } from './audit-watch.js';

interface Below {
  readonly database: Database;
  /** Null where there is one node only. */
  readonly channel: Channel | null;
  /** Null where there is one node only. */
  readonly node: { readonly isListening: boolean } | null;
}

export function openAudit(world: World, { database, channel, node }: Below) {
  const watch = new AuditWatch(world, { database, hasBells: () => node?.isListening ?? true });
  const auditFeed = new AuditFeed(world, { database, watch });
  const auditBell = channel === null ? null : new AuditBell({ ...channel, onRing: (ids) => watch.hear(ids) });
  const audit = new Audit(world, {
    database,
    onCommitted: (events) => {
      auditFeed.tell(events);
      auditBell?.ring(events.map(({ id }) => id));
    },
  });
  const trail = new AuditTrail(world, { database });
  return {
    parts: { audit, auditFeed, auditBell, trail },
    resolvers: [new AuditEventResolver(trail)],
    prune: async () => ({ auditEvents: await trail.prune() }),
  };
}
