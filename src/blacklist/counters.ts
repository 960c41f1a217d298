/**
 * The counter of each user, which the application puts into its tokens. Every counter that is over has a row of its own in the log
 * (decision 0038), so it reaches the other processes as any other revocation does. The table only tells the next counter.
 */
import type { Transaction } from '../database/database.js';
import { findBlacklisted } from '../revocation/blacklist.js';
import { storedId } from './ids.js';

const PROBED_AT_ONCE = 100;

/** The stored id of the tokens that carry this counter. */
export function counterId(user: string, counter: number): string {
  return storedId('user', user, counter);
}

/**
 * The counter that new tokens must carry; 0 for a user who was never ended.
 *
 * @param client in a transaction that holds the log, if the answer must stay right until its end
 */
export async function readCounter(client: Transaction, user: string): Promise<number> {
  const [row] = await client.$queryRaw<{ counter: number | bigint }[]>`
    SELECT "counter" FROM "UserCounter" WHERE "id" = ${storedId('user', user)}`;
  return firstLive(client, user, Number(row?.counter ?? 0));
}

/** A database that has lost commits may have an old counter beside the rows that were written back (R25). */
async function firstLive(client: Transaction, user: string, from: number): Promise<number> {
  for (let first = from; ; first += PROBED_AT_ONCE) {
    const counters = Array.from({ length: PROBED_AT_ONCE }, (_, index) => first + index);
    const ended = await findBlacklisted(
      client,
      counters.map((counter) => counterId(user, counter)),
    );
    const live = counters.find((counter) => !ended.has(counterId(user, counter)));
    if (live !== undefined) return live;
  }
}

export async function writeCounter(transaction: Transaction, user: string, counter: number): Promise<void> {
  await transaction.$executeRaw`
    INSERT INTO "UserCounter" ("id", "counter") VALUES (${storedId('user', user)}, ${counter})
    ON CONFLICT ("id") DO UPDATE SET "counter" = excluded."counter"`;
}
