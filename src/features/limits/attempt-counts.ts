/** Counts attempts in windows of time, in the database: the counts survive a restart, and all who share the database share them. */

import type { Database, Transaction } from '../../database/database.js';
import { Prisma } from '../../database/generated/client.js';
import { LatchkeyError } from '../../lib/errors.js';
import type { World } from '../../world.js';

/** So many attempts of one key in one window, which begins with the first of them. */
export interface Budget {
  /** Stands before the key in the table. */
  readonly name: string;
  readonly attempts: number;
  readonly windowSeconds: number;
}

/** What one attempt is counted against. */
export interface Charge {
  readonly budget: Budget;
  readonly key: string;
}

/** What stands in the table at one moment. */
export interface Counts {
  isSeen(charge: Charge): boolean;
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

  /** Looks, in one statement, and counts nothing. @throws LatchkeyError AUTH_UNAVAILABLE if it can't be known */
  async read(charges: readonly Charge[]): Promise<Counts> {
    const now = this.world.clock.now();
    const where = { key: { in: charges.map(keyOf) }, expire: { gt: new Date(now) } };
    const rows = await this.needs.database.read((client) => client.attemptCount.findMany({ where }));
    const found = new Map(rows.map((row) => [row.key, row]));
    return {
      isSeen: (charge) => found.has(keyOf(charge)),
      assertLeft(asked) {
        for (const charge of asked) {
          const row = found.get(keyOf(charge));
          if (row !== undefined && row.points >= charge.budget.attempts) throw overBudget(charge.budget, row, now);
        }
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

  /** The same, as part of a transaction: what is refused has not happened at all. */
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

  /** Takes back what an attempt has spent, because it was none, and marks a key as seen for the length of its window. */
  async giveBack(charges: readonly Charge[], seen: Charge | null = null): Promise<void> {
    const now = this.world.clock.now();
    const expire = Prisma.sql`"AttemptCount"."expire"`;
    const set = {
      points: Prisma.sql`CASE WHEN ${isOpen(now)} AND "AttemptCount"."points" > 0 THEN "AttemptCount"."points" - 1 ELSE 0 END`,
      // Of what was seen only the end of its window counts.
      expire:
        seen === null ? expire : Prisma.sql`CASE WHEN "AttemptCount"."key" = ${keyOf(seen)} THEN excluded."expire" ELSE ${expire} END`,
    };
    const rows = seen === null ? charges : [...charges, seen];
    await this.needs.database.transaction((transaction) => write(transaction, rows, 0, now, set));
  }

  /** Forgets the windows that have passed, in bounded batches. */
  prune(): Promise<number> {
    const expire = { lte: new Date(this.world.clock.now()) };
    return this.needs.database.inBatches((transaction, limit) => transaction.attemptCount.deleteMany({ where: { expire }, limit }));
  }
}

/**
 * One statement for all, always in the order of the keys: two transactions that take the same rows in two orders would hold each other up.
 *
 * @param points of a row that was not there
 * @param set what becomes of one that was
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

/** A window that has passed begins anew. */
function isOpen(now: number): Prisma.Sql {
  return Prisma.sql`"AttemptCount"."expire" > ${new Date(now)}`;
}

function keyOf({ budget, key }: Charge): string {
  return `${budget.name}:${key}`;
}

function endOf({ windowSeconds }: Budget, now: number): Date {
  return new Date(now + windowSeconds * 1000);
}

/** It does not say which budget: whether there is such a user is nobody's business. */
function overBudget({ windowSeconds }: Budget, { expire }: Pick<Row, 'expire'>, now: number): LatchkeyError {
  const seconds = Math.ceil(((expire?.getTime() ?? 0) - now) / 1000);
  return LatchkeyError.rateLimited('Too many attempts. Try again later.', Math.min(Math.max(seconds, 1), windowSeconds));
}
