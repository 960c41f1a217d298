/** The clock of the client, which a test replaces by one that it controls. */

export interface ClientClock {
  /** Milliseconds since the epoch. The user may set this clock, so it may be wrong and may jump. */
  now(): number;
  /** Runs something later, by a clock that nobody can set. @returns a function that cancels it */
  after(ms: number, run: () => void): () => void;
}

export const systemClock: ClientClock = {
  now: () => Date.now(),
  after(ms, run) {
    // A delay above 2^31 - 1 ms would make the timer fire at once.
    const timer: unknown = setTimeout(run, Math.min(ms, 2e9));
    // Lets a Node program end while the timer waits.
    (timer as { unref?(): void }).unref?.();
    return () => clearTimeout(timer as number);
  },
};
