/** The entry of `latchkey/blacklist`: opens the tables, loads the log, and joins the processes that share it. */
import { Database } from '../database/database.js';
import { databaseMessageOf } from '../database/failures.js';
import { DataDirLocked, lockFile } from '../database/file-lock.js';
import { withStartLock } from '../database/start-lock.js';
import { OperatorFault } from '../lib/operator-fault.js';
import { Teardown } from '../lib/teardown.js';
import { SingleNode } from '../revocation/coordinator.js';
import { DatabaseCheck } from '../revocation/database-check.js';
import { LeaseCheck } from '../revocation/lease/lease-check.js';
import { LeaseWatch } from '../revocation/lease/lease-watch.js';
import { LiveConnections } from '../revocation/live-connections.js';
import { MemoryCheck } from '../revocation/memory/memory-check.js';
import { Replica } from '../revocation/memory/replica.js';
import { restoreLogAlone } from '../revocation/restoring.js';
import type { RevocationCheck } from '../revocation/revocation-check.js';
import { Revocations } from '../revocation/revocations.js';
import { PromiseBroken, Trial } from '../revocation/trial.js';
import { createWorld } from '../world.js';
import { Blacklist, type BlacklistStatus } from './blacklist.js';
import { BlacklistUnusable, toOwn } from './errors.js';
import { type BlacklistOptions, type CheckedOptions, checkOptions } from './options.js';
import { setUpTables } from './tables.js';

export type { Confirmation } from '../revocation/coordinator.js';
export { type IdsOf, idsOfClaims, isRevokedFor, type TokenClaims, trustedFor } from './adapters.js';
export type { Blacklist, BlacklistStatus } from './blacklist.js';
export { BlacklistMisuse, BlacklistUnavailable, BlacklistUnusable, RevocationUnconfirmed } from './errors.js';
export type { Id } from './ids.js';
export type { BlacklistOptions } from './options.js';
export type { RevokedIds, TokenIds } from './token-ids.js';
export type { EndOfWatch } from './watching.js';

const PRUNE_EVERY_MS = 600_000;
/** The library decides nothing by the wall clock but what to prune, and R7 covers a clock that is wrong. */
const CLOCK_TOLERANCE_SECONDS = 60;

/**
 * Opens the blacklist, and makes its tables at the first time. Every process of the application opens it, with the same address.
 * A process must accept no token before this has returned (R6).
 *
 * @throws BlacklistUnusable with what to do: a wrong option, a database that does not answer or belongs to something else, a file that
 *   another process has open
 */
export async function openBlacklist(options: BlacklistOptions): Promise<Blacklist> {
  const checked = checkOptions(options);
  const teardown = new Teardown();
  try {
    if (!checked.isPostgresql) {
      const lock = lockFile(checked.url.slice('file:'.length), 'a blacklist');
      teardown.add(() => lock.release());
    }
    return await withStartLock(checked.url, () => openLocked(checked, teardown));
  } catch (error) {
    await teardown.run().catch(() => undefined);
    throw unusable(error);
  }
}

async function openLocked(options: CheckedOptions, teardown: Teardown): Promise<Blacklist> {
  const { asksDatabase, leaseMs, doorbell, logLevel } = options;
  const url = await addressOf(options);
  const database = await Database.open(url, options.poolSize, options.schema);
  teardown.add(() => database.close());
  const { randomness, log, ...clocks } = createWorld({ config: { logLevel } });
  const place = options.isPostgresql ? `schema ${options.schema}` : 'file';
  const made = await setUpTables(database, randomness, place);
  const config = {
    databaseUrl: url,
    leaseMs,
    doorbell,
    clockToleranceSeconds: CLOCK_TOLERANCE_SECONDS,
    secret: Buffer.from(options.secret ?? made),
    accessTokenTtlSeconds: 0,
  };
  const world = { ...clocks, randomness, log, config };

  const replica = new Replica();
  const watch = new LeaseWatch(() => lease?.node ?? null);
  const connections: LiveConnections = new LiveConnections((areOpen) => watch.changed(areOpen, connections));
  const nothing = () => undefined;
  // No verifier follows the log of a library.
  const follower = { ring: nothing, hear: nothing };
  const needs = { database, replica, connections, follower, onConfirmed: nothing, onPayload: nothing, restoreLog: restoreLogAlone };
  const lease = options.isPostgresql ? (await import('../revocation/lease/open.js')).openLease(world, needs, teardown) : null;
  const node = lease?.node ?? null;
  const revocations = new Revocations(database, world.clock, replica, node ?? new SingleNode(replica, connections), restoreLogAlone);

  await new Trial(world, { database, readElsewhere: lease?.readRows ?? null }).run();
  await revocations.load();
  const mode = modeOf();
  if (mode === 'lease') node?.start();
  const blacklist = new Blacklist(world, { database, revocations, check: openCheck(), connections, node, mode, teardown });
  const pruning = setInterval(() => {
    node?.watchMembers();
    blacklist.prune().catch((err: unknown) => log.warn({ err }, 'pruning failed and will be tried again'));
  }, PRUNE_EVERY_MS).unref();
  teardown.add(() => clearInterval(pruning));
  return blacklist;

  function modeOf(): BlacklistStatus['mode'] {
    if (asksDatabase) return 'database';
    return node === null ? 'memory' : 'lease';
  }

  function openCheck(): RevocationCheck {
    if (asksDatabase) return new DatabaseCheck(revocations, database);
    return node === null ? new MemoryCheck(revocations) : new LeaseCheck(node, revocations, world.leaseClock);
  }
}

async function addressOf({ isPostgresql, url, schema }: CheckedOptions): Promise<string> {
  if (!isPostgresql) return url;
  const { atSchema, makeSchema } = await import('../database/own-schema.js');
  await makeSchema(url, schema);
  return atSchema(url, schema);
}

/** Faults of the server name its settings; here they are options. */
function unusable(error: unknown): unknown {
  if (error instanceof BlacklistUnusable) return error;
  if (error instanceof DataDirLocked) {
    return new BlacklistUnusable(
      `${error.message.replace(/ One process.*$/s, '')} One process at a time opens a file. Close it there, or use PostgreSQL, which many processes share.`,
      { cause: error },
    );
  }
  if (error instanceof PromiseBroken) {
    return new BlacklistUnusable(
      `A revocation would not hold on this database: ${error.problem}. Its tables belong to the role in databaseUrl, without policies, triggers or rules of others.`,
      { cause: error },
    );
  }
  if (error instanceof OperatorFault)
    return new BlacklistUnusable(error.message.replaceAll('DATABASE_URL', 'databaseUrl'), { cause: error });
  return new BlacklistUnusable(`The database in databaseUrl can't be used: ${databaseMessageOf(error)}`, { cause: toOwn(error) });
}
