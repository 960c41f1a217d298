/** Counts attempts in windows of time, in the database: the counts survive a restart, and all who share the database share them. */
import { RateLimiterPrisma, RateLimiterRes } from 'rate-limiter-flexible';
import type { Clock } from '../ambient.js';
import { LatchkeyError } from '../errors.js';
import type { Database, Transaction } from './database.js';

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

const TABLE = 'attemptCount';

export class AttemptCounts {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Looks, and counts nothing.
   *
   * @throws LatchkeyError RATE_LIMITED if one of the budgets is used up, AUTH_UNAVAILABLE if that can't be known
   */
  async assertLeft(charges: readonly Charge[]): Promise<void> {
    for (const charge of charges) {
      const count = await this.#find(charge);
      if (count !== null && count.consumedPoints >= charge.budget.attempts) throw overBudget(charge.budget, count);
    }
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
    const usedUp: Charge[] = [];
    for (const charge of charges) {
      const count = await limiterOf(transaction, charge.budget)
        .consume(charge.key)
        .catch((failure: unknown) => {
          throw failure instanceof RateLimiterRes ? overBudget(charge.budget, failure) : failure;
        });
      if (count.remainingPoints === 0) usedUp.push(charge);
    }
    return usedUp;
  }

  /** Takes back what an attempt has spent, because it was none, and marks keys as seen for the length of their window. */
  async giveBack(charges: readonly Charge[], seen: readonly Charge[] = []): Promise<void> {
    await this.database.transaction(async (transaction) => {
      for (const { budget, key } of charges) await limiterOf(transaction, budget).reward(key);
      for (const { budget, key } of seen) await limiterOf(transaction, budget).set(key, 1, budget.windowSeconds);
    });
  }

  async isSeen(charge: Charge): Promise<boolean> {
    return (await this.#find(charge)) !== null;
  }

  /** Forgets the windows that have passed, in bounded batches. */
  prune(): Promise<number> {
    const expire = { lte: new Date(this.clock.now()) };
    return this.database.inBatches((transaction, limit) => transaction.attemptCount.deleteMany({ where: { expire }, limit }));
  }

  #find({ budget, key }: Charge): Promise<RateLimiterRes | null> {
    return this.database.read((client) => limiterOf(client, budget).get(key));
  }
}

/** A limiter is only a few numbers; made for the client at hand, it counts inside that client's transaction. */
function limiterOf(client: Transaction, { name, attempts, windowSeconds }: Budget): RateLimiterPrisma {
  return new RateLimiterPrisma({
    storeClient: { [TABLE]: client.attemptCount },
    tableName: TABLE,
    keyPrefix: name,
    points: attempts,
    duration: windowSeconds,
    clearExpiredByTimeout: false,
  });
}

/** It does not say which budget: whether there is such a user is nobody's business. */
function overBudget({ windowSeconds }: Budget, { msBeforeNext }: RateLimiterRes): LatchkeyError {
  const retryAfter = Math.min(Math.max(Math.ceil(msBeforeNext / 1000), 1), windowSeconds);
  return LatchkeyError.rateLimited('Too many attempts. Try again later.', retryAfter);
}
