/** Pages of a long list, newest first. A page begins after a position, not after a number of rows, so new rows do not shift it. */

/** A position in a list that is ordered by instant, and by id where instants are equal. */
export interface Position {
  readonly at: Date;
  readonly id: string;
}

export interface PageRequest {
  /** The most rows that a page may have. */
  readonly limit: number;
  /** Null means the first page, from the newest row on. */
  readonly after: Position | null;
}

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** Whether older rows follow. */
  readonly hasNext: boolean;
}

/** Selects the rows after a position. The second condition implies the first, but only the first lets the database start there in its index. */
export function isAfter<Column extends string>(column: Column, after: Position | null) {
  if (after === null) return {};
  const notNewer = { [column]: { lte: after.at } } as Record<Column, { lte: Date }>;
  const older = { [column]: { lt: after.at } } as Record<Column, { lt: Date }>;
  return { AND: [notNewer, { OR: [older, { id: { lt: after.id } }] }] };
}

export function newestFirst<Column extends string>(column: Column) {
  return [{ [column]: 'desc' } as Record<Column, 'desc'>, { id: 'desc' as const }];
}

/** @param rows one more than the page holds, if there is one */
export function cutPage<Row>(rows: readonly Row[], { limit }: PageRequest): Page<Row> {
  return { rows: rows.slice(0, limit), hasNext: rows.length > limit };
}

/** The query for one page of the rows from an instant on, oldest first. */
export interface OnwardPage {
  readonly where: { readonly AND: [{ at: { gte: Date } }, object] };
  readonly orderBy: [{ at: 'asc' }, { id: 'asc' }];
  readonly take: number;
}

/** Reads all rows from an instant on, oldest first, one page at a time. */
export async function* readOnward<Row extends Position>(
  from: Date,
  size: number,
  read: (page: OnwardPage) => Promise<readonly Row[]>,
): AsyncGenerator<readonly Row[], void, void> {
  let start: Pick<Position, 'at'> = { at: from };
  let behind: object = {};
  for (let count = size; count === size; ) {
    const rows = await read({ where: { AND: [{ at: { gte: start.at } }, behind] }, orderBy: [{ at: 'asc' }, { id: 'asc' }], take: size });
    yield rows;
    count = rows.length;
    const last = rows.at(-1);
    if (last === undefined) return;
    start = last;
    behind = { OR: [{ at: { gt: last.at } }, { id: { gt: last.id } }] };
  }
}
