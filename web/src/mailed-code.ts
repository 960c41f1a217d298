/** The code from a link in a mail. It is taken out of the address before anything else runs, and kept in the memory of this page only. */
import { useEffect, useSyncExternalStore } from 'react';
import { currentPage } from './route.js';

const MARK = '#code=';
const listeners = new Set<() => void>();
let code = '';

takeFromAddress();
// A second link opened in the same tab changes only the hash and does not load the page again.
window.addEventListener('hashchange', takeFromAddress);

/** Empty if no link brought a code. The code is forgotten when the user leaves the page. */
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
