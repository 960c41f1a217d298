/** Time as the client sees it; a test hands in one that stands still. */

export interface ClientClock {
  /** Milliseconds since the epoch. It may be wrong, and may be set. */
  now(): number;
  /** Runs something later, by a clock that can't be set. @returns what calls it off */
  after(ms: number, run: () => void): () => void;
}

export const systemClock: ClientClock = {
  now: () => Date.now(),
  after(ms, run) {
    // More than a timer can hold would be at once.
    const timer: unknown = setTimeout(run, Math.min(ms, 2e9));
    // A program of Node that has nothing else to do may end.
    (timer as { unref?(): void }).unref?.();
    return () => clearTimeout(timer as number);
  },
};
