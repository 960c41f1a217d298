/** Where the client keeps what it holds: a storage of the caller's, or memory. */

/** `localStorage` is one. */
export interface TokenStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** What a storage refuses (it is full, or forbidden to the page) is kept in memory; without a storage, everything. */
export function shelter(find: () => TokenStorage | undefined): TokenStorage {
  const memory = new Map<string, string>();
  /** @returns null for what it refuses; also without one */
  const attempt = <Result>(run: (storage: TokenStorage) => Result): Result | null => {
    try {
      const storage = find();
      return storage ? run(storage) : null;
    } catch {
      return null;
    }
  };
  return {
    getItem: (key) => memory.get(key) ?? attempt((kept) => kept.getItem(key)),
    setItem(key, value) {
      memory.delete(key);
      const isKept = attempt((kept) => {
        kept.setItem(key, value);
        return true;
      });
      if (isKept) return;
      // An old value may not stay behind: its refresh token is used up, and whoever uses it again ends the session.
      attempt((kept) => kept.removeItem(key));
      memory.set(key, value);
    },
    removeItem(key) {
      memory.delete(key);
      attempt((kept) => kept.removeItem(key));
    },
  };
}
