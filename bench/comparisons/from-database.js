/** Comparison with the query `me`, which every contender answers from its database. */
import { asking, nameOf, startContenders } from '../contenders.js';
import { contest } from '../contest.js';
import { ratioOf } from '../ratios.js';

const PEERS = ['mercurius', 'yoga', 'apollo', 'better-auth', 'tutorial-key-object', 'tutorial'];

const GOALS = { mercurius: { atLeast: 1.8 } };

export const title = 'Authorized query, read from the database';

export async function measure(plan, tell) {
  const { all, stop } = await startContenders(PEERS);
  try {
    const data = { me: { email: 'ada@example.com', name: 'Ada Lovelace' } };
    const contenders = [];
    for (const kind of ['latchkey', ...PEERS]) contenders.push(await asking(all[kind], '{ me { email name } }', data));
    const results = await contest(contenders, plan, tell);
    return {
      asked:
        '`{ me { email name } }` on SQLite: Latchkey reads user and roles by one SQL statement; mercurius, yoga, Apollo and the tutorial call `findUnique` of Prisma; better-auth gets the user from `getSession`',
      results,
      ratios: PEERS.map((kind) => ratioOf(results, nameOf('latchkey'), nameOf(kind), 'perSecond', GOALS[kind] ?? null)),
    };
  } finally {
    await stop();
  }
}
