/** One thing that is to happen later, and the growing patience of who tries again and again. */
import type { ClientClock } from './clock.js';

export interface Timer {
  /** In the place of what was set before. All is well: the next failure counts as the first. */
  set(ms: number, run: () => void): void;
  /** After a failure: when the server says, and after 1 second, later after each failure that follows. */
  retry(run: () => void, retryAfter?: number | null): void;
  /** For good. */
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
