/** Comparison of one authorized query with an answer from memory, so that only the cost of the server remains. */
import { asking, nameOf, startContenders } from '../contenders.js';
import { contest } from '../contest.js';
import { PROFILE } from '../peers/operations.js';
import { ratioOf } from '../ratios.js';

const PEERS = ['bare', 'mercurius', 'yoga', 'apollo', 'better-auth', 'tutorial-key-object', 'tutorial'];
const PUBLIC = 'Latchkey, public field, no token';
const PUBLIC_WITH_TOKEN = 'Latchkey, public field, same token';
const LATCHKEY = nameOf('latchkey');

export const title = 'Authorized query, answered from memory';

export async function measure(plan, tell) {
  const { all, stop } = await startContenders(PEERS);
  try {
    const query = '{ profile { id email name } }';
    const publicQuery = '{ publicProfile { id email name } }';
    const ofPublic = { publicProfile: PROFILE };
    const results = await contest(
      [
        await asking(all.latchkey, query, { profile: PROFILE }),
        await asking(all.latchkey, publicQuery, ofPublic, { name: PUBLIC, isPublic: true }),
        await asking(all.latchkey, publicQuery, ofPublic, { name: PUBLIC_WITH_TOKEN, isPublic: true, withToken: true }),
        ...(await Promise.all(PEERS.map((kind) => asking(all[kind], query, { profile: PROFILE })))),
      ],
      plan,
      tell,
    );
    const against = (name, atLeast) => ratioOf(results, LATCHKEY, name, 'perSecond', atLeast === undefined ? null : { atLeast });
    return {
      asked: '`{ profile { id email name } }`, from a resolver of an embedding application that answers from memory',
      results,
      ratios: [
        against(PUBLIC, 0.97),
        against(PUBLIC_WITH_TOKEN),
        against(nameOf('apollo'), 2.9),
        against(nameOf('tutorial'), 20),
        against(nameOf('tutorial-key-object')),
        against(nameOf('mercurius'), 0.95),
        against(nameOf('yoga')),
        against(nameOf('better-auth')),
        against(nameOf('bare'), 0.6),
      ],
    };
  } finally {
    await stop();
  }
}
