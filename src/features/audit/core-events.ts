/** The PubSub of the core's subscriptions: type-graphql allows only one, so an application's own subscriptions share it. */
import { createPubSub } from '@graphql-yoga/subscription';
import type { PubSub } from '../../graphql/pub-sub.js';
import type { AuditFeed, FeedRequest } from './audit-feed.js';

/** The topic of the audit trail; its id is a `FeedRequest` that `requestFeed` has marked. */
export const AUDIT_TOPIC = 'latchkey:audit-events';

/** A subscription of an application may choose any topic and any id, but it can't mark one. */
const marked = new WeakSet<object>();

export function requestFeed(request: FeedRequest): FeedRequest {
  marked.add(request);
  return request;
}

/** @param own the PubSub of the application; the default delivers its events within this process only */
export function withCoreEvents(feed: AuditFeed, own: PubSub = createPubSub<Record<string, [unknown]>>()): PubSub {
  return {
    publish: (topic, ...payload) => own.publish(topic, ...payload),
    subscribe(topic, id) {
      if (topic !== AUDIT_TOPIC || typeof id !== 'object' || id === null || !marked.has(id)) return own.subscribe(topic, id);
      // type-graphql hands the promise on to GraphQL, which awaits it: a faulty request fails before the first event.
      return feed.follow(id as FeedRequest) as unknown as AsyncIterable<unknown>;
    },
  };
}
