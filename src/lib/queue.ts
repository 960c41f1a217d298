/** Queues with a bound, and ways to share the turns of the event loop. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import pLimit from 'p-limit';

export interface Queue {
  run<Result>(work: () => Promise<Result>): Promise<Result>;
}

/**
 * A queue with a bound. It refuses work that finds too much other work waiting.
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

/** Lets one waiting caller continue per turn of the event loop. Work that does not wait here runs in between. */
export function createTurns(): () => Promise<void> {
  let last = Promise.resolve();
  return () => {
    last = last.then(() => nextTurn());
    return last;
  };
}

/**
 * Splits up work that never waits for anything. Without these pauses, all of it would run in one turn of the event loop, and every other
 * request would wait for it.
 *
 * @param steps how many steps, of all such work together, fit into one turn
 * @returns a function; the work awaits it before each step
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
