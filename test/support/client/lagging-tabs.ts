/** Tabs in processes of their own: the test decides when a message, or a write to the storage, reaches another tab. */
import { onTestFinished, vi } from 'vitest';
import type { TokenStorage } from '../../../src/client/auth-client.js';

export interface LaggingMessages {
  /** Delivers every message that has been posted so far, and those that are posted in answer. */
  deliver(): void;
}

/** Holds back the messages between tabs until the test ends. */
export function lagMessages(): LaggingMessages {
  const channels = new Set<{ onmessage?: (event: { data: unknown }) => void }>();
  const queue: (() => void)[] = [];
  class Channel {
    onmessage?: (event: { data: unknown }) => void;
    constructor() {
      channels.add(this);
    }
    postMessage(data: unknown) {
      for (const other of channels) if (other !== this) queue.push(() => channels.has(other) && other.onmessage?.({ data }));
    }
    close() {
      channels.delete(this);
    }
  }
  vi.stubGlobal('BroadcastChannel', Channel);
  onTestFinished(() => void vi.unstubAllGlobals());
  return {
    deliver() {
      for (let next = queue.shift(); next; next = queue.shift()) next();
    },
  };
}

export interface LaggingStorage extends TokenStorage {
  readonly items: ReadonlyMap<string, string>;
  /** Shows this tab the next writes of all tabs in their common order: a number of them, or all. */
  arrive(count?: number): void;
}

/** One storage, of which each tab has a view of its own that lags behind. */
export function lagStorage(): { open(): LaggingStorage } {
  const writes: { readonly key: string; readonly value: string | null }[] = [];
  return {
    open() {
      const items = new Map<string, string>();
      let position = 0;
      const apply = (key: string, value: string | null) => (value === null ? items.delete(key) : items.set(key, value));
      const write = (key: string, value: string | null) => {
        apply(key, value);
        writes.push({ key, value });
      };
      return {
        items,
        getItem: (key) => items.get(key) ?? null,
        setItem: write,
        removeItem: (key) => write(key, null),
        arrive(count = writes.length) {
          for (const { key, value } of writes.slice(position, position + count)) apply(key, value);
          position = Math.min(position + count, writes.length);
        },
      };
    },
  };
}
