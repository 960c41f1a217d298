/**
 * Tries on the real database what the promise needs: it writes a revocation, reads it back as the checks do, and deletes it. Rights,
 * policies, triggers and session settings can break each of the three, and nothing else shows it before a logout (decision 0024).
 */
import type { Config } from '../config/config.js';
import type { Database, Transaction } from '../database/database.js';
import { databaseCodeOf, databaseMessageOf, isMissing } from '../database/failures.js';
import { freshId } from '../lib/ambient.js';
import { coalesced } from '../lib/coalesced.js';
import { OperatorFault } from '../lib/operator-fault.js';
import type { WorldOf } from '../world.js';
import { addToBlacklist, type BlacklistEntry, type BlacklistRow, findWithState, readState, rowsSince, rowsUnder } from './blacklist.js';
import { insertBlacklisted } from './log-statements.js';

/** The database answers, but a revocation in it would be lost or not seen. */
export class PromiseBroken extends OperatorFault {
  override readonly name = 'PromiseBroken';

  /** @param problem what is wrong, for a sentence */
  constructor(
    readonly problem: string,
    cause?: unknown,
  ) {
    super(`A logout would not hold on this database: ${problem}.`, { advice: ADVICE, ...(cause === undefined ? {} : { cause }) });
  }
}

const ADVICE =
  'Latchkey needs a database of its own, whose tables its role owns, without policies, triggers or rules of others (docs/operations.md).';

const UNMOVED = 'the state of the blacklist does not move on';

/** The log begins at version 0 and only grows, so no reader of the log ever sees a row below it. */
const TRIAL_VERSION = -1;
const TRIED_AGAIN_AFTER_MS = 5_000;
const KINDS = ['sid', 'jti', 'kid'] as const;

/** Rolls a transaction back that has done what it should. */
class Undone extends Error {
  override readonly name = 'Undone';
}

interface Needs {
  readonly database: Database;
  /** Reads ids as other nodes learn of them; null where there are no other nodes. */
  readonly readElsewhere: ((version: number) => Promise<readonly BlacklistRow[]>) | null;
}

export class Trial {
  /** What the last trial has found, or null. */
  fault: PromiseBroken | null = null;
  /** Whether some node checks with Redis, so that a logout waits for the mirror there (R27). */
  waitsForMirror = false;
  /** Concurrent callers share a trial that begins after the call. */
  readonly #tryNow: () => Promise<void>;
  #succeededAt: number | null = null;

  constructor(
    private readonly world: WorldOf<Pick<Config, 'accessTokenTtlSeconds'>>,
    private readonly needs: Needs,
  ) {
    this.#tryNow = coalesced(() => this.#run(), 0);
  }

  /**
   * Tries it now.
   *
   * @throws PromiseBroken if a revocation would be lost or not seen
   * @throws LatchkeyError AUTH_UNAVAILABLE if the database does not answer
   */
  run(): Promise<void> {
    return this.#tryNow();
  }

  /** Tries it unless that has succeeded a moment ago: a prober must not keep the database busy. */
  async renew(): Promise<void> {
    const { monotonic } = this.world.leaseClock.now();
    if (this.#succeededAt === null || monotonic - this.#succeededAt > TRIED_AGAIN_AFTER_MS) await this.#tryNow();
  }

  async #run(): Promise<void> {
    this.#succeededAt = null;
    try {
      await this.#tryUncommitted(this.#makeEntries());
      await this.#tryCommitted(this.#makeEntries());
      this.fault = null;
      this.#succeededAt = this.world.leaseClock.now().monotonic;
    } catch (error) {
      const broken = brokenBy(error);
      this.fault = broken;
      throw broken ?? error;
    }
  }

  /** Moves the log exactly as a revocation does, and takes everything back: no other transaction ever sees it. */
  async #tryUncommitted(entries: readonly BlacklistEntry[]): Promise<void> {
    const { database } = this.needs;
    const undone = database.transaction(async (transaction) => {
      const before = await readState(transaction);
      const added = await addToBlacklist(database, transaction, entries, true, this.world.clock.now());
      // Another revocation may have come in between. From the update on, this transaction holds the state.
      if (added === null || added.state.version <= before.version || added.state.generation <= before.generation) {
        throw new PromiseBroken(UNMOVED);
      }
      await assertSeen(transaction, added.rows, await rowsSince(transaction, added.state.version - 1));
      this.waitsForMirror = before.waitsForMirror;
      throw new Undone();
    });
    await undone.catch((error: unknown) => (error instanceof Undone ? undefined : Promise.reject(error)));
  }

  /** Shows what only a commit shows: constraints that are checked late, a full disk, and what other connections see. */
  async #tryCommitted(entries: readonly BlacklistEntry[]): Promise<void> {
    const { database, readElsewhere } = this.needs;
    const rows = rowsUnder(TRIAL_VERSION, entries, this.world.clock.now());
    await database.transaction((transaction) => database.insertIn(transaction, insertBlacklisted(rows)));
    try {
      await database.read(async (client) => assertSeen(client, rows, await rowsSince(client, TRIAL_VERSION - 1, TRIAL_VERSION)));
      if (readElsewhere !== null) assertSame(rows, await readElsewhere(TRIAL_VERSION));
    } finally {
      await this.#delete(rows);
    }
  }

  async #delete(rows: readonly BlacklistRow[]): Promise<void> {
    const ids = rows.map(({ id }) => id);
    const { count } = await this.needs.database.transaction((transaction) =>
      transaction.blacklistedToken.deleteMany({ where: { id: { in: ids } } }),
    );
    if (count !== ids.length) throw new PromiseBroken('rows can not be deleted');
  }

  /** One of each kind, in every respect like those of a logout. No token can carry the ids: those of tokens have no colon. */
  #makeEntries(): BlacklistEntry[] {
    const lastExpiresAt = this.world.clock.now() + this.world.config.accessTokenTtlSeconds * 1000;
    const userId = freshId(this.world.randomness);
    return KINDS.map((kind) => ({
      id: `trial:${freshId(this.world.randomness)}`,
      kind,
      userId: kind === 'kid' ? null : userId,
      reason: 'LOGOUT',
      lastExpiresAt,
    }));
  }
}

/** As the checks read: one statement for ids and state, and the rows of the log. */
async function assertSeen(client: Transaction, written: readonly BlacklistRow[], rows: readonly BlacklistRow[]): Promise<void> {
  assertSame(written, rows);
  const { listed, version, generation, prunedBefore } = await findWithState(
    client,
    written.map(({ id }) => id),
  );
  if (written.some(({ id }) => !listed.has(id))) throw new PromiseBroken('a check does not find the row of a revocation');
  const isRead = Number.isSafeInteger(version) && Number.isSafeInteger(generation) && !Number.isNaN(prunedBefore.getTime());
  if (!isRead) throw new PromiseBroken('the state of the blacklist can not be read');
}

function assertSame(written: readonly BlacklistRow[], read: readonly BlacklistRow[]): void {
  const found = new Map(read.map(({ id, revokedUntil }) => [id, revokedUntil.getTime()]));
  if (written.some(({ id }) => !found.has(id))) throw new PromiseBroken('the row of a revocation is not there when it is read');
  if (written.every(({ id, revokedUntil }) => found.get(id) === revokedUntil.getTime())) return;
  throw new PromiseBroken('the row of a revocation is read with another instant than it was written with');
}

/** Classes of SQLSTATE that pass by themselves: connection, conflict, resources, operator intervention, system, configuration limits. */
const PASSING = /^(?:08|25|40|53|55|57|58|XX)/;

/** @returns null if the database can't answer now, which may pass by itself */
function brokenBy(error: unknown): PromiseBroken | null {
  if (error instanceof PromiseBroken) return error;
  if (isMissing(error)) return new PromiseBroken(UNMOVED, error);
  const code = databaseCodeOf(error);
  const message = databaseMessageOf(error);
  if (code === null)
    return /has kept \d+ of \d+ rows/.test(message) ? new PromiseBroken('it swallows the row of a revocation', error) : null;
  return /^[0-9A-Z]{5}$/.test(code) && !PASSING.test(code) ? new PromiseBroken(message, error) : null;
}
