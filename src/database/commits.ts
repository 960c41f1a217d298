/** Runs one transaction, of Prisma or of hot statements, and tells a failed one from one that may have been committed. */
import type { DirectDriver } from './direct-driver.js';
import type { Transaction } from './engine.js';
import { CommitUnknown, isUndone } from './failures.js';
import type { PrismaClient } from './generated/client.js';
import { HotTransaction } from './hot-transaction.js';

/** The longest time from the first statement of a transaction to its commit. */
export const TRANSACTION_TIMEOUT_MS = 10_000;

/** The result of a transaction that was committed. */
interface Committed<Result, Kind> {
  readonly result: Result;
  readonly transaction: Kind;
}

export async function commitWithPrisma<Result>(
  prisma: PrismaClient,
  work: (transaction: Transaction) => Promise<Result>,
): Promise<Committed<Result, Transaction>> {
  let isFinished = false;
  try {
    return await prisma.$transaction(
      async (transaction) => {
        const result = await work(transaction);
        isFinished = true;
        return { result, transaction };
      },
      { maxWait: TRANSACTION_TIMEOUT_MS, timeout: TRANSACTION_TIMEOUT_MS },
    );
  } catch (error) {
    throw isFinished && !isUndone(error) ? new CommitUnknown(error) : error;
  }
}

export async function commitHot<Result>(
  driver: DirectDriver,
  work: (transaction: HotTransaction) => Promise<Result>,
): Promise<Committed<Result, HotTransaction>> {
  const open = await driver.startTransaction();
  const transaction = HotTransaction.on(open, driver.dialect);
  const deadline = setTimeout(() => transaction.refuse(), TRANSACTION_TIMEOUT_MS);
  let isFinished = false;
  try {
    const result = await work(transaction);
    transaction.assertInTime();
    isFinished = true;
    await open.commit();
    return { result, transaction };
  } catch (error) {
    if (isFinished) throw isUndone(error) ? error : new CommitUnknown(error);
    await open.rollback().catch(() => undefined);
    throw error;
  } finally {
    clearTimeout(deadline);
  }
}
