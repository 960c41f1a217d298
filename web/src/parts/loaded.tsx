/** Shows the result of a query, or until then a waiting line or the error. The line keeps its space, so that nothing moves. */
import type { ReactNode } from 'react';
import { failureText } from '../failures.js';
import { texts } from '../texts.js';

interface LoadedProps<Data> {
  readonly data: Data | null | undefined;
  readonly error: unknown;
  readonly children: (data: Data) => ReactNode;
}

export function Loaded<Data>({ data, error, children }: LoadedProps<Data>) {
  if (data) return children(data);
  return (
    <p className="waiting" role={error ? 'alert' : undefined}>
      {error ? failureText(error) : texts.loading}
    </p>
  );
}
