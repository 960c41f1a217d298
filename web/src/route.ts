/** The routes of the console: the path after /account names the page. */
import { useSyncExternalStore } from 'react';

const PLACE = '/account';

/** This path is older than the word "register": it stays because people have links to it. */
export const REGISTER_PAGE = 'sign-up';

const listeners = new Set<() => void>();

export const hrefOf = (page: string) => `${PLACE}/${page}`;

/** For example `sessions` or `users/<id>`; empty for the first page. */
export const currentPage = () => location.pathname.slice(PLACE.length + 1).replace(/\/$/, '');

export function go(page: string, isReplaced = false): void {
  if (isReplaced) history.replaceState(null, '', hrefOf(page));
  else history.pushState(null, '', hrefOf(page));
  for (const listener of [...listeners]) listener();
}

export function usePage(): string {
  return useSyncExternalStore(subscribe, currentPage);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('popstate', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('popstate', listener);
  };
}
