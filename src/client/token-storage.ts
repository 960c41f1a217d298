/** Where the client keeps its tokens: a storage that the application gives it, or memory. */

/** For example `localStorage`. */
export interface TokenStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** Keeps values in memory if there is no storage or if the storage refuses them, because it is full or forbidden to the page. */
export function shelter(find: () => TokenStorage | undefined): TokenStorage {
  const memory = new Map<string, string>();
  let storage: TokenStorage | undefined;
  /** @returns null if there is no storage or if it refuses */
  const attempt = <Result>(run: (storage: TokenStorage) => Result): Result | null => {
    try {
      storage ??= find();
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
      // Remove the old value: its refresh token is used up, and using it again would end the session.
      attempt((kept) => kept.removeItem(key));
      memory.set(key, value);
    },
    removeItem(key) {
      memory.delete(key);
      attempt((kept) => kept.removeItem(key));
    },
  };
}
