/**
 * Lets requests overlap inside one process. The SQLite driver answers in the same turn of the event loop, so without this a request
 * that has begun with the database is through with it before another one begins, and a race in a test is none.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { PrismaLibSql } from '@prisma/adapter-libsql';
import { onTestFinished } from 'vitest';

type Client = ReturnType<PrismaLibSql['createClient']>;
type Transaction = Awaited<ReturnType<Client['transaction']>>;

/** Some turns of the event loop: 0 to 3, from a multiplicative sequence that is the same in every run. */
export function createPauses(most = 3): () => Promise<void> {
  let state = 12_345;
  return async () => {
    state = (state * 48_271) % 2_147_483_647;
    for (let turns = state % (most + 1); turns > 0; turns -= 1) await nextTurn();
  };
}

/** Until the test ends, every statement and every COMMIT pauses before and after. Call it before `startApp`. */
export function makeDriverYield(): void {
  const pause = createPauses();
  const createClient = PrismaLibSql.prototype.createClient;
  PrismaLibSql.prototype.createClient = function (config) {
    const client = createClient.call(this, config);
    const begin = client.transaction.bind(client);
    const execute = paused(client.execute.bind(client) as Transaction['execute'], pause);
    client.execute = execute as Client['execute'];
    client.transaction = async () => yielding(await begin('write'), pause);
    return client;
  };
  onTestFinished(() => {
    PrismaLibSql.prototype.createClient = createClient;
  });
}

function yielding(transaction: Transaction, pause: () => Promise<void>): Transaction {
  transaction.execute = paused(transaction.execute.bind(transaction), pause);
  transaction.commit = paused(transaction.commit.bind(transaction), pause);
  transaction.rollback = paused(transaction.rollback.bind(transaction), pause);
  return transaction;
}

function paused<Input extends unknown[], Output>(run: (...input: Input) => Promise<Output>, pause: () => Promise<void>) {
  return async (...input: Input): Promise<Output> => {
    await pause();
    const output = await run(...input);
    await pause();
    return output;
  };
}
