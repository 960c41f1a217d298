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
 * @param steps how many of all such work together fit into one turn
 * @returns what such work awaits before each step
 */
export function createSlices(steps: number): () => Promise<void> {
  let left = steps;
  let next: Promise<void> | undefined;
  return async () => {
    while (left === 0) await next;
    left -= 1;
    if (left > 0) return;
    next = nextTurn().then(() => {
      left = steps;
    });
  };
}
