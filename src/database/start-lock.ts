/** Makes nodes that start at the same time on one PostgreSQL database migrate and create the first signing key one after another. */
import { isPostgresql } from './engines.js';

/** Runs the work while no other node runs its own. With SQLite the owner of DATA_DIR is the only process anyway. */
export async function withStartLock<Result>(url: string, work: () => Promise<Result>): Promise<Result> {
  if (!isPostgresql(url)) return work();
  const { withServerLock } = await import('./server-lock.js');
  return withServerLock(url, work);
}
