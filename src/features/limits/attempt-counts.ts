/** Counts attempts in time windows, in the database: the counts survive a restart, and all nodes share them. */

import type { Database, Transaction } from '../../database/database.js';
import { Prisma } from '../../database/generated/client.js';
import { LatchkeyError } from '../../lib/errors.js';
import type { World } from '../../world.js';

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

interface Row {
  readonly key: string;
  readonly points: number | bigint;
  readonly expire: Date | null;
}

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
    const where = { key: { in: charges.map(keyOf) }, expire: { gt: new Date(now) } };
    const rows = await this.needs.database.read((client) => client.attemptCount.findMany({ where }));
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
   * Counts one attempt against each of the budgets, or against none. A refused attempt writes nothing.
   *
   * @returns the charges that used up their budgets
   * @throws LatchkeyError RATE_LIMITED if one of the budgets was used up before, AUTH_UNAVAILABLE if that can't be known
   */
  spend(charges: readonly Charge[]): Promise<readonly Charge[]> {
    return this.needs.database.transaction((transaction) => this.spendIn(transaction, charges));
  }

  /** The same, as part of a transaction. If it is rolled back after a refusal, nothing was counted. */
  async spendIn(transaction: Transaction, charges: readonly Charge[]): Promise<readonly Charge[]> {
    const now = this.world.clock.now();
    const byKey = new Map(charges.map((charge) => [keyOf(charge), charge]));
    const rows = await write(transaction, charges, 1, now, {
      points: Prisma.sql`CASE WHEN ${isOpen(now)} THEN "AttemptCount"."points" + 1 ELSE 1 END`,
      expire: Prisma.sql`CASE WHEN ${isOpen(now)} THEN "AttemptCount"."expire" ELSE excluded."expire" END`,
    });
    const counted = rows.map((row) => ({ charge: byKey.get(row.key) as Charge, row }));
    for (const { charge, row } of counted) if (row.points > charge.budget.attempts) throw overBudget(charge.budget, row, now);
    return counted.filter(({ charge, row }) => Number(row.points) === charge.budget.attempts).map(({ charge }) => charge);
  }

  /**
   * Takes back an attempt that was no guess, and marks a key as seen for the length of its window. An attempt that began a window
   * takes the window back too: otherwise `retryAfter` would tell an attacker when the user has logged in.
   */
  async giveBack(charges: readonly Charge[], seen: Charge | null = null): Promise<void> {
    const now = this.world.clock.now();
    const set = {
      points: Prisma.sql`CASE WHEN ${isOpen(now)} AND "AttemptCount"."points" > 0 THEN "AttemptCount"."points" - 1 ELSE 0 END`,
      // For a key that is marked as seen only the end of its window matters; it has no points.
      expire: Prisma.sql`CASE WHEN "AttemptCount"."points" > 1 THEN "AttemptCount"."expire" ELSE excluded."expire" END`,
    };
    const closed = charges.map(({ budget, key }) => ({ key, budget: { ...budget, windowSeconds: 0 } }));
    const rows = seen === null ? closed : [...closed, seen];
    if (rows.length === 0) return;
    await this.needs.database.transaction((transaction) => write(transaction, rows, 0, now, set));
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

/**
 * Writes all rows in one statement, always in the order of their keys: otherwise two transactions that lock the same rows
 * could deadlock.
 *
 * @param points the points of a new row
 * @param set the new values of an existing row
 */
function write(
  transaction: Transaction,
  charges: readonly Charge[],
  points: number,
  now: number,
  set: { readonly points: Prisma.Sql; readonly expire: Prisma.Sql },
): Promise<Row[]> {
  const ends = new Map(charges.map((charge) => [keyOf(charge), endOf(charge.budget, now)]));
  const values = [...ends].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, end]) => Prisma.sql`(${key}, ${points}, ${end})`);
  return transaction.$queryRaw<Row[]>`
    INSERT INTO "AttemptCount" ("key", "points", "expire") VALUES ${Prisma.join(values)}
    ON CONFLICT ("key") DO UPDATE SET "points" = ${set.points}, "expire" = ${set.expire}
    RETURNING "key", "points", "expire"`;
}

/** Whether the window of a row is still open; a window that has passed starts again. */
function isOpen(now: number): Prisma.Sql {
  return Prisma.sql`"AttemptCount"."expire" > ${new Date(now)}`;
}

function keyOf({ budget, key }: Charge): string {
  return `${budget.name}:${key}`;
}

function endOf({ windowSeconds }: Budget, now: number): Date {
  return new Date(now + windowSeconds * 1000);
}

/** The error does not name the budget: that would reveal whether the user exists. */
function overBudget({ windowSeconds }: Budget, { expire }: Pick<Row, 'expire'>, now: number): LatchkeyError {
  const seconds = Math.ceil(((expire?.getTime() ?? 0) - now) / 1000);
  return LatchkeyError.rateLimited('Too many attempts. Try again later.', Math.min(Math.max(seconds, 1), windowSeconds));
}
