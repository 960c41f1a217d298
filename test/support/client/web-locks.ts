/** Web Locks that a test can watch: those of the browser or of Node 24, and simulated ones where there are none. */
import { onTestFinished, vi } from 'vitest';

type Run = (lock: object | null) => Promise<unknown>;

interface LockManager {
  request(name: string, options: { readonly signal?: AbortSignal; readonly ifAvailable?: boolean }, run: Run): Promise<unknown>;
  query(): Promise<{ readonly pending?: readonly { readonly name?: string }[] }>;
}

export interface WatchedLocks {
  /** Every name that was ever requested. */
  readonly names: ReadonlySet<string>;
  /** Holds the lock until the test ends, like a tab that is suspended while it holds it. */
  holdUntilFinished(name: string): Promise<void>;
  /** Waits until a request for the lock is waiting. */
  untilWaiting(name: string): Promise<void>;
}

/** Provides watched locks until the test ends. */
export function useWebLocks(): WatchedLocks {
  const { locks = createWebLocks() } = (globalThis as { navigator?: { locks?: LockManager } }).navigator ?? {};
  const names = new Set<string>();
  const request: LockManager['request'] = (name, options, run) => {
    names.add(name);
    return locks.request(name, options, run);
  };
  replaceWebLocks({ request });
  return {
    names,
    holdUntilFinished: (name) =>
      new Promise((held) => {
        const finished = new Promise<void>((finish) => onTestFinished(() => finish()));
        locks.request(name, {}, () => {
          held();
          return finished;
        });
      }),
    async untilWaiting(name) {
      const isWaiting = async () => (await locks.query()).pending?.some((other) => other.name === name);
      while (!(await isWaiting())) await new Promise((resolve) => setTimeout(resolve));
    },
  };
}

/** Replaces the locks until the test ends. */
export function replaceWebLocks(locks: object | undefined): void {
  vi.stubGlobal('navigator', { locks });
  onTestFinished(() => void vi.unstubAllGlobals());
}

/** Simulated locks: one holder of a name at a time, in the order of the requests. */
function createWebLocks(): LockManager {
  const holders = new Set<string>();
  const waiting: { readonly name: string; readonly grant: () => void }[] = [];
  const hold = async (name: string, run: Run) => {
    holders.add(name);
    try {
      return await run({});
    } finally {
      holders.delete(name);
      const next = waiting.findIndex((other) => other.name === name);
      if (next !== -1) waiting.splice(next, 1)[0]?.grant();
    }
  };
  return {
    query: async () => ({ pending: waiting }),
    async request(name, { signal, ifAvailable }, run) {
      if (!holders.has(name)) return hold(name, run);
      if (ifAvailable) return run(null);
      return new Promise((resolve, reject) => {
        const entry = { name, grant: () => resolve(hold(name, run)) };
        waiting.push(entry);
        signal?.addEventListener('abort', () => {
          waiting.splice(waiting.indexOf(entry), 1);
          reject(signal.reason);
        });
      });
    },
  };
}
