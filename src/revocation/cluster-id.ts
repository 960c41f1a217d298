/** The id that tells this database from any other: all nodes share it, and it outlives restarts. */
import type { Database } from '../database/database.js';
import { readState } from './blacklist.js';

/** @param fresh the id for a database of an older version, which has none yet */
export async function readClusterId(database: Database, fresh: string): Promise<string> {
  return database.transaction(async (transaction) => {
    const { clusterId } = await readState(transaction);
    if (clusterId !== null) return clusterId;
    // Another node may have written one since, and then that one counts.
    await transaction.revocationState.updateMany({ where: { clusterId: null }, data: { clusterId: fresh } });
    return (await readState(transaction)).clusterId ?? fresh;
  });
}
