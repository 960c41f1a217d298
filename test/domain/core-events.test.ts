/** The PubSub that the core's subscriptions share with those of an application. */
import { expect, test } from 'vitest';
import type { AuditFeed } from '../../src/features/audit/audit-feed.js';
import { AUDIT_TOPIC, requestFeed, withCoreEvents } from '../../src/features/audit/core-events.js';

test('a subscription of an application that names the topic of the audit trail gets its own events, not the trail', () => {
  const asked: string[] = [];
  const feed = { follow: () => asked.push('the trail') } as unknown as AuditFeed;
  const own = {
    publish: () => undefined,
    subscribe: () => {
      asked.push('its own');
      return [] as never;
    },
  };
  const events = withCoreEvents(feed, own);
  const request = { userId: null, kinds: null, after: null };
  events.subscribe(AUDIT_TOPIC, request);
  events.subscribe(AUDIT_TOPIC);
  events.subscribe(AUDIT_TOPIC, requestFeed({ ...request }));
  expect(asked).toEqual(['its own', 'its own', 'the trail']);
});
