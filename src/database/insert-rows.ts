/** Inserts rows, of which there is nearly always one. */

/** What a table of Prisma has for it. */
interface Table<Row> {
  create(args: { data: Row; select: { id: true } }): PromiseLike<unknown>;
  createMany(args: { data: Row[] }): PromiseLike<unknown>;
}

/** Prisma keeps the plan of `create`, and makes that of `createMany` anew each time, which costs five times as much. */
export async function insertRows<Row>(table: Table<Row>, rows: readonly Row[]): Promise<void> {
  const [only, ...others] = rows;
  if (only === undefined) return;
  if (others.length === 0) await table.create({ data: only, select: { id: true } });
  else await table.createMany({ data: [...rows] });
}
