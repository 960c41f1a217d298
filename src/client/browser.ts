/** What a browser has and other homes of JavaScript may lack, asked for only when it is needed: importing the client touches nothing. */
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
  addEventListener?(type: string, listener: () => void): void;
  removeEventListener?(type: string, listener: () => void): void;
}

export const browser = globalThis as Browser;
