/** One at a time: in this program, and with Web Locks among all tabs of the browser. */
import { browser } from './browser.js';
import type { ClientClock } from './clock.js';

/** What runs is told whether it had to wait for another tab. */
export type Exclusive = <Result>(run: (hasWaited: boolean) => Promise<Result>) => Promise<Result>;

/** Longer than any run takes. A tab that the system has put to sleep must not hold up the others for ever. */
const PATIENCE_MS = 30_000;

/** The last in each queue of this program, for where there are no Web Locks. */
const queues: Record<string, Promise<unknown>> = {};

/** @param name null for what nobody else has a part in */
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
      // What fails in the run is thrown below, with its result.
      return locks.request(own, options, begin).catch(() => undefined);
    };
    await attempt(false);
    if (!result) await attempt(true);
    // Two refreshes at once are better than none: the server gives both the same tokens.
    return result ?? run(true);
  };
}
