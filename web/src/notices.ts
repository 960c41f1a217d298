/** The notice beside the page: one line at a time, which a screen reader reads aloud. */
import { useSyncExternalStore } from 'react';

let line = '';
const listeners = new Set<() => void>();

export function say(text: string): void {
  line = text;
  for (const listener of [...listeners]) listener();
}

export function useNotice(): string {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => line,
  );
}
