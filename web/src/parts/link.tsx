/** A link to another page of the console: a real link that changes the page without loading it. */
import type { ReactNode } from 'react';
import { go, hrefOf } from '../route.js';

interface LinkProps {
  readonly to: string;
  readonly isCurrent?: boolean;
  readonly children: ReactNode;
}

export function Link({ to, isCurrent = false, children }: LinkProps) {
  return (
    <a
      href={hrefOf(to)}
      aria-current={isCurrent ? 'page' : undefined}
      onClick={(event) => {
        // The user asks for a new tab or window: leave it to the browser.
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        go(to);
      }}
    >
      {children}
    </a>
  );
}
