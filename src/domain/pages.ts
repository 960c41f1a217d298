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
