/** A page: its heading gets the focus when it opens, so that a screen reader begins there. */
import { type ReactNode, useEffect, useRef } from 'react';
import { texts } from '../texts.js';

interface PageProps {
  /** Stands in the history of the browser, beside the back button: nothing private. */
  readonly title: string;
  /** What stands on the page instead. */
  readonly heading?: string | undefined;
  readonly intro?: string;
  readonly children: ReactNode;
}

let isFirst = true;

export function Page({ title, heading = title, intro, children }: PageProps) {
  const top = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} – ${texts.product}`;
    // The first page is announced by the browser.
    if (!isFirst) top.current?.focus();
    isFirst = false;
  }, [title]);
  return (
    <>
      <h1 ref={top} tabIndex={-1}>
        {heading}
      </h1>
      {intro && <p className="intro">{intro}</p>}
      {children}
    </>
  );
}
