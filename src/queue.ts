/** A queue with a bound: so many pieces of work at once, so many waiting, the rest is refused. */
import pLimit from 'p-limit';

export interface Queue {
  run<Result>(work: () => Promise<Result>): Promise<Result>;
}

/**
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
