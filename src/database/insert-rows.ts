/** Inserts rows; optimized for the usual case of one row. */
import { DatabaseUnusable, isMissing } from './failures.js';

/** The methods of a Prisma table that it uses. */
interface Table<Row> {
  create(args: { data: Row; select: { id: true } }): PromiseLike<unknown>;
  createMany(args: { data: Row[] }): PromiseLike<{ count: number }>;
}

/**
 * Uses `create` for one row: Prisma caches its plan, but plans `createMany` anew each time, which costs five times as much.
 *
 * @throws DatabaseUnusable if the database has swallowed a row, as a trigger or a rule of somebody else can
 */
export async function insertRows<Row>(table: Table<Row>, rows: readonly Row[]): Promise<void> {
  const [only, ...others] = rows;
  if (only === undefined) return;
  const count = others.length === 0 ? await insertOne(table, only) : (await table.createMany({ data: [...rows] })).count;
  if (count !== rows.length) throw new DatabaseUnusable(`The database has kept ${count} of ${rows.length} rows`);
}

async function insertOne<Row>(table: Table<Row>, row: Row): Promise<number> {
  try {
    await table.create({ data: row, select: { id: true } });
    return 1;
  } catch (error) {
    if (isMissing(error)) return 0;
    throw error;
  }
}
