/** Mutual exclusion: runs one task at a time in this program and, with Web Locks, in all tabs of the browser. */
import { browser } from './browser.js';
import type { ClientClock } from './clock.js';

/** The task learns whether it had to wait for another tab. */
export type Exclusive = <Result>(run: (hasWaited: boolean) => Promise<Result>) => Promise<Result>;

/** Longer than any task takes. A tab that the system has suspended must not block the others forever. */
const PATIENCE_MS = 30_000;

/** The last task in each queue of this program, used if there are no Web Locks. */
const queues: Record<string, Promise<unknown>> = {};

/** @param name null if no other client shares it */
export function createExclusive(name: string | null, clock: ClientClock): Exclusive {
  const lines: typeof queues = name ? queues : {};
  const own = name ?? '';
  return async (run) => {
    const locks = own && browser.navigator?.locks;
    if (!locks) {
      const turn = Promise.resolve(lines[own]).then(() => run(false));
      lines[own] = turn.catch(() => undefined);
      return turn;
    }
    let result: ReturnType<typeof run> | undefined;
    const patience = new AbortController();
    const cancel = clock.after(PATIENCE_MS, () => patience.abort());
    const attempt = (hasWaited: boolean) => {
      const options = hasWaited ? { signal: patience.signal } : { ifAvailable: true };
      const begin = async (lock: object | null) => {
        if (lock) {
          cancel();
          result = run(hasWaited);
        }
        return result;
      };
      // An error of the task is thrown below, with its result.
      return locks.request(own, options, begin).catch(() => undefined);
    };
    await attempt(false);
    if (!result) await attempt(true);
    // The lock is not free: run without it. Two refreshes at once are safe, because the server gives both the same tokens.
    return result ?? run(true);
  };
}
