/** One piece of work for all who ask for it at the same time: one run is under way, one more waits for it. */
import { setTimeout } from 'node:timers/promises';

/**
 * Whoever calls gets a run that began after the call, so what it finds is not older than the question.
 *
 * @param spacingMs how long after the beginning of a run the next one begins at the earliest
 */
export function coalesced(run: () => Promise<void>, spacingMs: number): () => Promise<void> {
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<void> | undefined;
  return () => {
    next ??= running.then(() => {
      next = undefined;
      const ran = run();
      running = Promise.allSettled([ran, setTimeout(spacingMs)]);
      return ran;
    });
    return next;
  };
}
