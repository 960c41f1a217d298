/** A link to another page of the console: a real one, that needs no loading. */
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
        // A new tab stays a new tab.
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        go(to);
      }}
    >
      {children}
    </a>
  );
}
