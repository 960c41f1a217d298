/** Makes the tables of a blacklist in a schema or a file of their own, and brings older ones to this version. */
import type { Database, Transaction } from '../database/database.js';
import type { Randomness } from '../lib/ambient.js';
import { readState } from '../revocation/blacklist.js';
import { BlacklistUnusable } from './errors.js';
import { stepsFor } from './table-sql.js';

const SECRET_BYTES = 32;
const SETUP = 'BlacklistSetup';

/**
 * Call it under the start lock: two processes may open a new blacklist at once.
 *
 * @returns the secret that all processes share, made with the tables
 * @throws BlacklistUnusable if the tables belong to another program or to a newer version, or processes of an older version run
 */
export async function setUpTables(database: Database, randomness: Randomness, place: string): Promise<string> {
  const tables = await database.listTables();
  if (tables.length > 0 && !tables.includes(SETUP)) {
    throw new BlacklistUnusable(
      `The ${place} belongs to something else: it has the tables ${tables.slice(0, 5).join(', ')}. Give the blacklist one of its own.`,
    );
  }
  const steps = stepsFor(database.dialect);
  return database.transaction(async (transaction) => {
    const setup = tables.includes(SETUP) ? await readSetup(transaction) : null;
    const version = setup?.version ?? 0;
    if (version > steps.length) throw new BlacklistUnusable(`The ${place} was made by a newer version of latchkey. Use that version.`);
    if (setup !== null && version < steps.length) await assertNobodyRuns(transaction);
    for (const sql of steps.slice(version).flat()) await transaction.$executeRawUnsafe(sql);
    if (setup !== null) {
      await transaction.$executeRaw`UPDATE "BlacklistSetup" SET "version" = ${steps.length}`;
      return setup.secret;
    }
    const secret = randomness.bytes(SECRET_BYTES).toString('base64url');
    await transaction.$executeRaw`INSERT INTO "BlacklistSetup" ("id", "version", "secret") VALUES (1, ${steps.length}, ${secret})`;
    await readState(transaction);
    return secret;
  });
}

interface Setup {
  readonly version: number;
  readonly secret: string;
}

async function readSetup(transaction: Transaction): Promise<Setup> {
  const [setup] = await transaction.$queryRaw<Setup[]>`SELECT "version", "secret" FROM "BlacklistSetup" WHERE "id" = 1`;
  if (setup === undefined) throw new BlacklistUnusable('The table BlacklistSetup has lost its row. Restore a backup.');
  return { version: Number(setup.version), secret: setup.secret };
}

/** Every process that is on record before the change is of an older version, which may not keep the rules of this one. */
async function assertNobodyRuns(transaction: Transaction): Promise<void> {
  const nodes = await transaction.node.count();
  if (nodes === 0) return;
  throw new BlacklistUnusable(
    `${nodes} processes with an older version of latchkey are on record. Stop all of them first. If none runs any more, delete the rows of the table "Node".`,
  );
}
