/** Shares work among concurrent callers: at most one run is under way, and at most one more waits for it. */
import { setTimeout } from 'node:timers/promises';

/**
 * Every caller gets a run that began after its call, so the result is never older than the call.
 *
 * @param spacingMs the shortest time from the start of one run to the start of the next
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
