/** Comparison by number of connections that send requests at once. */
import { asking, nameOf, startContenders } from '../contenders.js';
import { contest } from '../contest.js';
import { PROFILE } from '../peers/operations.js';
import { ratioOf } from '../ratios.js';

const PEERS = ['mercurius', 'apollo'];
const CONNECTIONS = [1, 32, 256];

export const title = 'Growth with connections';

export async function measure(plan, tell) {
  const { all, stop } = await startContenders(PEERS);
  try {
    const results = [];
    const ratios = [];
    for (const connections of CONNECTIONS) {
      const label = (kind) => `${nameOf(kind)}, ${connections} ${connections === 1 ? 'connection' : 'connections'}`;
      const contenders = [];
      for (const kind of ['latchkey', ...PEERS]) {
        contenders.push(await asking(all[kind], '{ profile { id email name } }', { profile: PROFILE }, { name: label(kind) }));
      }
      results.push(...(await contest(contenders, { ...plan, connections }, tell)));
      for (const kind of PEERS) ratios.push(ratioOf(results, label('latchkey'), label(kind)));
    }
    return { asked: '`{ profile { id email name } }` over different numbers of connections', results, ratios };
  } finally {
    await stop();
  }
}
