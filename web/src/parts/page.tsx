/** A page. Its heading gets the focus when the page opens, so that a screen reader starts there. */
import { type ReactNode, useEffect, useRef } from 'react';
import { texts } from '../texts.js';

interface PageProps {
  /** Must be nothing private: the browser keeps it in its history and shows it at the back button, even after a logout. */
  readonly title: string;
  /** Shown on the page in place of the title; it may be private. */
  readonly heading?: string | undefined;
  readonly intro?: string;
  readonly children: ReactNode;
}

let isFirst = true;

export function Page({ title, heading = title, intro, children }: PageProps) {
  const top = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} – ${texts.product}`;
    // The browser itself announces the first page.
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
