/** A page: its heading gets the focus when it opens, so that a screen reader begins there. */
import { type ReactNode, useEffect, useRef } from 'react';
import { texts } from '../texts.js';

interface PageProps {
  readonly title: string;
  readonly intro?: string;
  readonly children: ReactNode;
}

let isFirst = true;

export function Page({ title, intro, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} – ${texts.product}`;
    // The first page is announced by the browser.
    if (!isFirst) heading.current?.focus();
    isFirst = false;
  }, [title]);
  return (
    <>
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {intro && <p className="intro">{intro}</p>}
      {children}
    </>
  );
}
