/** Takes events from the publisher of an embedding application as they come, so that a reader that is slow can't take the server down. */
import { LatchkeyError } from '../errors.js';
import type { PubSub } from './schema.js';

/**
 * As many events as may wait for a reader. The `createPubSub` of GraphQL Yoga keeps 1,024 that nobody takes, and throws the next one into
 * the process, which ends.
 */
const WAITING_EVENTS = 1_000;

export function keepingUp(pubSub: PubSub): PubSub {
  return {
    publish: (topic, ...args) => pubSub.publish(topic, ...args),
    subscribe: (topic, id) => takenAsTheyCome(pubSub.subscribe(topic, id)),
  };
}

/** Ends with RATE_LIMITED when too many wait. */
function takenAsTheyCome(source: AsyncIterable<unknown>): AsyncGenerator<unknown, void, void> {
  const events = source[Symbol.asyncIterator]();
  let waiting: unknown[] = [];
  let state: 'not begun' | 'open' | 'over' = 'not begun';
  let fail: () => void = () => undefined;
  let wake: () => void = () => undefined;
  const end = (left: unknown[], failure?: unknown) => {
    state = 'over';
    waiting = left;
    fail = () => {
      if (failure !== undefined) throw failure;
    };
    wake();
    events.return?.().catch(() => undefined);
  };
  const take = async () => {
    for (;;) {
      const event = await events.next();
      if (state === 'over') return;
      if (event.done) return end(waiting);
      if (waiting.length === WAITING_EVENTS) throw LatchkeyError.rateLimited('Too many events wait to be read.', 1);
      waiting.push(event.value);
      wake();
    }
  };
  const finish = async (): Promise<IteratorReturnResult<void>> => {
    end([]);
    return { done: true, value: undefined };
  };
  return {
    async next() {
      if (state === 'not begun') {
        state = 'open';
        take().catch((error: unknown) => end([], error));
      }
      while (waiting.length === 0 && state === 'open') {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (waiting.length > 0) return { done: false, value: waiting.shift() };
      fail();
      return { done: true, value: undefined };
    },
    return: finish,
    throw: finish,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
