/** Of several nodes that start at once on one PostgreSQL database, one after the other migrates and makes the first key. */
import { isPostgresql } from './engines.js';

/** Runs the work while no other node runs its own. With SQLite the owner of DATA_DIR is alone anyway. */
export async function withStartLock<Result>(url: string, work: () => Promise<Result>): Promise<Result> {
  if (!isPostgresql(url)) return work();
  const { withServerLock } = await import('./server-lock.js');
  return withServerLock(url, work);
}
