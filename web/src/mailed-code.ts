/** The code of a link in a mail: out of the address before anything else happens, and held in the memory of this page only. */
import { useEffect, useSyncExternalStore } from 'react';
import { currentPage } from './route.js';

const MARK = '#code=';
const listeners = new Set<() => void>();
let code = '';

takeFromAddress();
// Another link, opened in the same tab, loads nothing.
window.addEventListener('hashchange', takeFromAddress);

/** Empty without a link. Forgotten when the page is left. */
export function useMailedCode(page: string): string {
  useEffect(
    () => () => {
      if (currentPage() !== page) code = '';
    },
    [page],
  );
  return useSyncExternalStore(subscribe, () => code);
}

function takeFromAddress(): void {
  if (!location.hash.startsWith(MARK)) return;
  code = location.hash.slice(MARK.length);
  history.replaceState(null, '', location.pathname);
  for (const listener of [...listeners]) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
