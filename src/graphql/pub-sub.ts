/** Takes events from the publisher of an embedding application as soon as they come, so that a slow reader can't crash the server. */

import type { PubSub } from 'type-graphql';

export type { PubSub } from 'type-graphql';

import { LatchkeyError } from '../lib/errors.js';
import { createEventQueue } from '../lib/event-queue.js';
import { leavable } from '../lib/leavable.js';

/**
 * How many events may wait for a reader. The `createPubSub` of GraphQL Yoga keeps 1,024 unread events. The next one causes an uncaught
 * error, which ends the process.
 */
const WAITING_EVENTS = 1_000;

export function keepingUp(pubSub: PubSub): PubSub {
  return {
    publish: (topic, ...args) => pubSub.publish(topic, ...args),
    subscribe: (topic, id) => takenAsTheyCome(pubSub.subscribe(topic, id)),
  };
}

/** Ends with RATE_LIMITED when too many events wait. */
function takenAsTheyCome(source: AsyncIterable<unknown>): AsyncGenerator<unknown, undefined, void> {
  const events = source[Symbol.asyncIterator]();
  const waiting = createEventQueue<unknown>(WAITING_EVENTS, () => LatchkeyError.rateLimited('Too many events wait to be read.', 1));
  let hasBegun = false;
  const leave = () => void events.return?.().catch(() => undefined);
  const take = async () => {
    hasBegun = true;
    for (let event = await events.next(); !event.done; event = await events.next()) if (!waiting.put(event.value)) return leave();
    waiting.close();
  };
  const next = () => {
    if (!hasBegun) take().catch((error: unknown) => waiting.end(error));
    return waiting.next();
  };
  return leavable(next, () => {
    waiting.end();
    leave();
  });
}
