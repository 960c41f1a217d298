/** Counts attempts in windows of time, in the database: the counts survive a restart, and all who share the database share them. */
import type { Clock } from '../ambient.js';
import { LatchkeyError } from '../errors.js';
import type { Database, Transaction } from './database.js';
import { Prisma } from './generated/client.js';

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

export class AttemptCounts {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Looks, in one statement, and counts nothing. @throws LatchkeyError AUTH_UNAVAILABLE if it can't be known */
  async read(charges: readonly Charge[]): Promise<Counts> {
    const now = this.clock.now();
    const where = { key: { in: charges.map(keyOf) }, expire: { gt: new Date(now) } };
    const rows = await this.database.read((client) => client.attemptCount.findMany({ where }));
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
    return this.database.transaction((transaction) => this.spendIn(transaction, charges));
  }

  /** The same, as part of a transaction: what is refused has not happened at all. */
  async spendIn(transaction: Transaction, charges: readonly Charge[]): Promise<readonly Charge[]> {
    const now = this.clock.now();
    const counted = await count(transaction, charges, now);
    for (const [charge, row] of counted) if (row.points > charge.budget.attempts) throw overBudget(charge.budget, row, now);
    return [...counted].filter(([{ budget }, { points }]) => Number(points) === budget.attempts).map(([charge]) => charge);
  }

  /** Takes back what an attempt has spent, because it was none, and marks a key as seen for the length of its window. */
  async giveBack(charges: readonly Charge[], seen: Charge | null = null): Promise<void> {
    const now = this.clock.now();
    const where = { key: { in: charges.map(keyOf) }, expire: { gt: new Date(now) }, points: { gt: 0 } };
    await this.database.transaction(async (transaction) => {
      if (charges.length > 0) await transaction.attemptCount.updateMany({ where, data: { points: { decrement: 1 } } });
      if (seen === null) return;
      const mark = { points: 1, expire: endOf(seen.budget, now) };
      await transaction.attemptCount.upsert({ where: { key: keyOf(seen) }, create: { key: keyOf(seen), ...mark }, update: mark });
    });
  }

  /** Forgets the windows that have passed, in bounded batches. */
  prune(): Promise<number> {
    const expire = { lte: new Date(this.clock.now()) };
    return this.database.inBatches((transaction, limit) => transaction.attemptCount.deleteMany({ where: { expire }, limit }));
  }
}

/** One statement for all: a window that has passed begins anew, one that is open goes on. Always in one order, so that two can't hold each other up. */
async function count(transaction: Transaction, charges: readonly Charge[], now: number): Promise<Map<Charge, Row>> {
  const byKey = new Map(charges.map((charge) => [keyOf(charge), charge]));
  const values = [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, { budget }]) => Prisma.sql`(${key}, 1, ${endOf(budget, now)})`);
  const isOpen = Prisma.sql`"AttemptCount"."expire" > ${new Date(now)}`;
  const rows = await transaction.$queryRaw<Row[]>`
    INSERT INTO "AttemptCount" ("key", "points", "expire") VALUES ${Prisma.join(values)}
    ON CONFLICT ("key") DO UPDATE SET
      "points" = CASE WHEN ${isOpen} THEN "AttemptCount"."points" + 1 ELSE 1 END,
      "expire" = CASE WHEN ${isOpen} THEN "AttemptCount"."expire" ELSE excluded."expire" END
    RETURNING "key", "points", "expire"`;
  return new Map(rows.map((row) => [byKey.get(row.key) as Charge, row]));
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
