/** Counts attempts in time windows, in the database: the counts survive a restart, and all nodes share them. */

import type { Database, HotTransaction } from '../../database/database.js';
import { databaseCodeOf } from '../../database/failures.js';
import type { AttemptCount } from '../../database/generated/client.js';
import type { Insert } from '../../database/statement.js';
import { LatchkeyError } from '../../lib/errors.js';
import type { World } from '../../world.js';
import { type CountedKey, giveBack, readCounts, SPENT, spendAll, spendOne } from './attempt-statements.js';

/** How many attempts one key has in a window. The window begins with the first attempt. */
export interface Budget {
  /** The prefix of the key in the table. */
  readonly name: string;
  readonly attempts: number;
  readonly windowSeconds: number;
}

/** A budget, and the key that an attempt is counted under. */
export interface Charge {
  readonly budget: Budget;
  readonly key: string;
}

/** The counts in the table at one moment. */
export interface Counts {
  isSeen(charge: Charge): boolean;
  /** @returns the error for a budget that is used up, or null */
  findRefusal(charge: Charge): LatchkeyError | null;
  /** @throws LatchkeyError RATE_LIMITED if one of the budgets is used up */
  assertLeft(charges: readonly Charge[]): void;
}

const TOO_MANY = 'Too many attempts. Try again later.';

interface Needs {
  readonly database: Database;
}

export class AttemptCounts {
  constructor(
    private readonly world: World,
    private readonly needs: Needs,
  ) {}

  /** Reads the counts in one statement, and counts nothing. @throws LatchkeyError AUTH_UNAVAILABLE if they can't be read */
  async read(charges: readonly Charge[]): Promise<Counts> {
    const now = this.world.clock.now();
    const rows = await this.needs.database.ask(readCounts(charges.map(keyOf), new Date(now)));
    const found = new Map(rows.map((row) => [row.key, row]));
    const findRefusal = (charge: Charge) => {
      const row = found.get(keyOf(charge));
      return row !== undefined && row.points >= charge.budget.attempts ? overBudget(charge.budget, row, now) : null;
    };
    return {
      isSeen: (charge) => found.has(keyOf(charge)),
      findRefusal,
      assertLeft(asked) {
        for (const refusal of asked.map(findRefusal)) if (refusal !== null) throw refusal;
      },
    };
  }

  /**
   * Counts one attempt against each of the budgets, or against none. It does not wait for the disk: the count survives a crash of this
   * process, and a power failure may undo it.
   *
   * @returns the charges that used up their budgets
   * @throws LatchkeyError RATE_LIMITED if one of the budgets was used up before, AUTH_UNAVAILABLE if that can't be known
   */
  async spend(charges: readonly Charge[]): Promise<readonly Charge[]> {
    const now = this.world.clock.now();
    const { database } = this.needs;
    const wanted = spendAll(
      charges.map((charge) => countedKey(charge, now)),
      new Date(now),
      database.dialect,
    );
    const rows = await database.writeLazily(wanted).catch((error: unknown) => {
      if (databaseCodeOf(error) !== SPENT) throw error;
      return [];
    });
    if (rows.length === charges.length) return usedUp(charges, rows);
    // Somebody else has used up a budget since it was read.
    (await this.read(charges)).assertLeft(charges);
    throw LatchkeyError.rateLimited(TOO_MANY, 1);
  }

  /** Counts one attempt against one budget, as part of a transaction. @throws LatchkeyError RATE_LIMITED if it was used up before */
  async spendIn(transaction: HotTransaction, charge: Charge): Promise<void> {
    const now = this.world.clock.now();
    const counted = countedKey(charge, now);
    if ((await transaction.run(spendOne(counted, new Date(now)))).length > 0) return;
    const [row = { expire: counted.end }] = await transaction.run(readCounts([counted.key], new Date(now)));
    throw overBudget(charge.budget, row, now);
  }

  /** Takes back attempts that were no guesses, and marks a key as seen for the length of its window. */
  async giveBack(charges: readonly Charge[], seen: Charge | null = null): Promise<void> {
    if (charges.length + (seen === null ? 0 : 1) > 0) await this.needs.database.writeLazily(this.returning(charges, seen));
  }

  /** Does the same, but leaves it to the caller to run the statement in a transaction. */
  returning(charges: readonly Charge[], seen: Charge | null): Insert {
    const now = this.world.clock.now();
    const spent = charges.map((charge) => countedKey(charge, now));
    return giveBack(spent, seen === null ? null : countedKey(seen, now), new Date(now));
  }

  /** Deletes the windows that have passed, in bounded batches. */
  prune(): Promise<number> {
    const expire = { lte: new Date(this.world.clock.now()) };
    return this.needs.database.inBatches(async (transaction, limit) => {
      const old = await transaction.attemptCount.findMany({
        where: { expire },
        orderBy: { expire: 'asc' },
        select: { key: true },
        take: limit,
      });
      return transaction.attemptCount.deleteMany({ where: { key: { in: old.map(({ key }) => key) }, expire } });
    });
  }
}

function countedKey(charge: Charge, now: number): CountedKey {
  const { attempts: most, windowSeconds } = charge.budget;
  return { key: keyOf(charge), end: new Date(now + windowSeconds * 1000), most };
}

function usedUp(charges: readonly Charge[], rows: readonly AttemptCount[]): Charge[] {
  const points = new Map(rows.map((row) => [row.key, row.points]));
  return charges.filter((charge) => points.get(keyOf(charge)) === charge.budget.attempts);
}

function keyOf({ budget, key }: Charge): string {
  return `${budget.name}:${key}`;
}

/** The error does not name the budget: that would reveal whether the user exists. */
function overBudget({ windowSeconds }: Budget, { expire }: Pick<AttemptCount, 'expire'>, now: number): LatchkeyError {
  const seconds = Math.ceil(((expire?.getTime() ?? 0) - now) / 1000);
  return LatchkeyError.rateLimited(TOO_MANY, Math.min(Math.max(seconds, 1), windowSeconds));
}
