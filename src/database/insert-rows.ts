/** Inserts rows; optimized for the usual case of one row. */

/** The methods of a Prisma table that it uses. */
interface Table<Row> {
  create(args: { data: Row; select: { id: true } }): PromiseLike<unknown>;
  createMany(args: { data: Row[] }): PromiseLike<unknown>;
}

/** Uses `create` for one row: Prisma caches its plan, but plans `createMany` anew each time, which costs five times as much. */
export async function insertRows<Row>(table: Table<Row>, rows: readonly Row[]): Promise<void> {
  const [only, ...others] = rows;
  if (only === undefined) return;
  if (others.length === 0) await table.create({ data: only, select: { id: true } });
  else await table.createMany({ data: [...rows] });
}
