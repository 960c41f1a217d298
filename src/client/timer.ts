/** A timer for one task, with growing waits between retries. */
import type { ClientClock } from './clock.js';

export interface Timer {
  /** Replaces the task that was set before, and resets the waits of `retry`. */
  set(ms: number, run: () => void): void;
  /** Call it after a failure. It waits 1 second, then longer each time, and never less than `retryAfter` seconds. */
  retry(run: () => void, retryAfter?: number | null): void;
  /** Cancels the task for good. */
  close(): void;
}

const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 60_000;

export function createTimer(clock: ClientClock): Timer {
  let cancel = () => {};
  let isClosed = false;
  let waitMs = FIRST_RETRY_MS;
  const start = (ms: number, run: () => void) => {
    cancel();
    if (!isClosed) cancel = clock.after(ms, run);
  };
  return {
    set(ms, run) {
      waitMs = FIRST_RETRY_MS;
      start(ms, run);
    },
    retry(run, retryAfter) {
      start(Math.max(waitMs, (retryAfter ?? 0) * 1000), run);
      waitMs = Math.min(waitMs * 2, LAST_RETRY_MS);
    },
    close() {
      isClosed = true;
      cancel();
    },
  };
}
