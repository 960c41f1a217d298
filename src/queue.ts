/** Who waits for whom: queues with a bound, and turns that leave room for others between them. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import pLimit from 'p-limit';

export interface Queue {
  run<Result>(work: () => Promise<Result>): Promise<Result>;
}

/**
 * A queue with a bound: so many pieces of work at once, so many waiting, the rest is refused.
 *
 * @param concurrency how many run at once
 * @param capacity how many may wait
 * @param refuse makes the error for work that finds the queue full
 */
export function createQueue(concurrency: number, capacity: number, refuse: () => Error): Queue {
  const limit = pLimit(concurrency);
  return {
    run(work) {
      return limit.pendingCount >= capacity ? Promise.reject(refuse()) : limit(work);
    },
  };
}

/** Of those who wait for it one goes on in each turn of the event loop; who does not wait is served between them. */
export function createTurns(): () => Promise<void> {
  let last = Promise.resolve();
  return () => {
    last = last.then(() => nextTurn());
    return last;
  };
}

/**
 * For work that is done at once and never waits: it goes on in the same turn of the event loop, however much of it there is, and whoever
 * else wants something waits for all of it.
 *
 * @param milliseconds for which a turn may be kept
 * @returns what such work awaits between its steps
 */
export function createTimeSlices(milliseconds: number): () => Promise<void> {
  let begun = performance.now();
  return async () => {
    if (performance.now() - begun < milliseconds) return;
    await nextTurn();
    begun = performance.now();
  };
}
