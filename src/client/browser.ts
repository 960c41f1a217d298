/** The globals that only browsers have. The client reads them when it needs them, so importing it has no side effect anywhere. */
import type { TokenStorage } from './token-storage.js';

interface LockManager {
  request(
    name: string,
    options: { readonly signal?: AbortSignal; readonly ifAvailable?: boolean },
    run: (lock: object | null) => Promise<unknown>,
  ): Promise<unknown>;
}

interface Browser {
  readonly document?: object;
  readonly localStorage?: TokenStorage;
  readonly navigator?: { readonly locks?: LockManager };
  addEventListener?(type: string, listener: (event: object) => void): void;
  removeEventListener?(type: string, listener: (event: object) => void): void;
}

export const browser = globalThis as Browser;
