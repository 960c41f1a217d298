/** Pages of a long list, the newest first: the next one begins after a place, not after a number, so rows that are added move nothing. */

/** A place in a list that is ordered by instant, and by id where instants are equal. */
export interface Position {
  readonly at: Date;
  readonly id: string;
}

export interface PageRequest {
  /** How many rows at most. */
  readonly limit: number;
  /** Null: from the newest on. */
  readonly after: Position | null;
}

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** Whether older ones follow. */
  readonly hasNext: boolean;
}

/** What stands behind a place. The first condition is implied by the second, and is what lets the database begin there in its index. */
export function isAfter<Column extends string>(column: Column, after: Position | null) {
  if (after === null) return {};
  const notNewer = { [column]: { lte: after.at } } as Record<Column, { lte: Date }>;
  const older = { [column]: { lt: after.at } } as Record<Column, { lt: Date }>;
  return { AND: [notNewer, { OR: [older, { id: { lt: after.id } }] }] };
}

export function newestFirst<Column extends string>(column: Column) {
  return [{ [column]: 'desc' } as Record<Column, 'desc'>, { id: 'desc' as const }];
}

/** @param rows one more than the page holds, where there is one */
export function cutPage<Row>(rows: readonly Row[], { limit }: PageRequest): Page<Row> {
  return { rows: rows.slice(0, limit), hasNext: rows.length > limit };
}

/** A query of one page of what came from an instant on, the oldest first. */
export interface OnwardPage {
  readonly where: { readonly AND: [{ at: { gte: Date } }, object] };
  readonly orderBy: [{ at: 'asc' }, { id: 'asc' }];
  readonly take: number;
}

/** All that came from an instant on, the oldest first, a page at a time. */
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
