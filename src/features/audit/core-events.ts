/** Where the core's subscriptions hear of events: type-graphql has one place for it, which own subscriptions of an application share. */
import { createPubSub } from '@graphql-yoga/subscription';
import type { PubSub } from '../../graphql/pub-sub.js';
import type { AuditFeed, FeedRequest } from './audit-feed.js';

/** The topic of the audit trail; its id is a `FeedRequest`. */
export const AUDIT_TOPIC = 'latchkey:audit-events';

/** @param own what an application publishes to; without one its events are heard within this process */
export function withCoreEvents(feed: AuditFeed, own: PubSub = createPubSub<Record<string, [unknown]>>()): PubSub {
  return {
    publish: (topic, ...payload) => own.publish(topic, ...payload),
    subscribe(topic, id) {
      if (topic !== AUDIT_TOPIC) return own.subscribe(topic, id);
      // type-graphql hands it on to GraphQL, which waits for it: what is wrong is told before the first event.
      return feed.follow(id as FeedRequest) as unknown as AsyncIterable<unknown>;
    },
  };
}
