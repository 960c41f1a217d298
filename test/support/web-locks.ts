/** Web Locks as a browser has them, for a program that has none: one holder of a name at a time, in the order of asking. */

type Run = (lock: object | null) => Promise<unknown>;

export interface WebLocks {
  request(name: string, options: { readonly signal?: AbortSignal; readonly ifAvailable?: boolean }, run: Run): Promise<unknown>;
  /** As a tab that is put to sleep while it holds the lock. */
  holdForEver(name: string): void;
  /** The names that were ever asked for. */
  readonly names: ReadonlySet<string>;
}

export function createWebLocks(): WebLocks {
  const holders = new Set<string>();
  const waiting: { readonly name: string; readonly grant: () => void }[] = [];
  const names = new Set<string>();
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
    names,
    holdForEver: (name) => holders.add(name),
    async request(name, { signal, ifAvailable }, run) {
      names.add(name);
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
