/** Paging of a list: the first page updates by itself, further pages load at the press of a button. */
import { useState } from 'react';
import { failureText } from '../failures.js';
import { say } from '../notices.js';
import { texts } from '../texts.js';

export interface ListPage<Row> {
  readonly nodes: readonly Row[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

export function useMore<Row extends { readonly id: string }>(
  first: ListPage<Row> | null | undefined,
  ask: (after: string) => Promise<ListPage<Row> | null | undefined>,
) {
  const [later, setLater] = useState<readonly ListPage<Row>[]>([]);
  const pages = first ? [first, ...later] : [];
  const rows = new Map(pages.flatMap(({ nodes }) => nodes.map((row) => [row.id, row])));
  const last = pages.at(-1)?.pageInfo;
  const load = (after: string) => {
    ask(after).then(
      (page) => page && setLater([...later, page]),
      (thrown) => say(failureText(thrown)),
    );
  };
  return { rows: [...rows.values()], next: last?.hasNextPage ? last.endCursor : null, load };
}

export function More({ next, load }: { next: string | null; load: (after: string) => void }) {
  if (next === null) return null;
  return (
    <div className="actions">
      <button type="button" onClick={() => load(next)}>
        {texts.more}
      </button>
    </div>
  );
}
