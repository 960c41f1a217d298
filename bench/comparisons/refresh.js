/** Comparison of refreshes: each session exchanges its refresh token once per round and keeps the next one for the next round. */
import { nameOf, startContenders } from '../contenders.js';
import { contest } from '../contest.js';
import { load } from '../load.js';
import { ratioOf } from '../ratios.js';
import { LOGIN, PASSWORD } from '../server.js';
import { stock } from '../sessions.js';

const PEERS = ['tutorial-key-object'];
const SESSIONS = 384;
const CHEAP = { PASSWORD_MEMORY_KIB: '8' };
const LOG_IN = LOGIN.replace('accessToken', 'accessToken refreshToken');
const REFRESH =
  'mutation($token: String!) { refreshToken(input: { refreshToken: $token }) { accessToken refreshToken userErrors { code } } }';

export const title = 'Refresh';

export async function measure({ rounds, connections, repeats }, tell) {
  const { all, stop } = await startContenders(PEERS, { env: CHEAP });
  try {
    const contenders = [
      refreshing(all.latchkey, 'rotation with reuse detection, budget, audit event, tokens (ES256), one commit'),
      refreshing(all['tutorial-key-object'], '`findUnique`, rotation and access token (HS256) by Prisma, one commit'),
    ];
    for (const { verify, ask } of contenders) {
      await verify();
      await ask();
    }
    const results = await contest(contenders, { rounds, connections, repeats, warmUpSeconds: 0 }, tell);
    return {
      asked: `\`refreshToken\`, ${SESSIONS} sessions in a round, once each; better-auth has no refresh tokens`,
      results,
      ratios: [ratioOf(results, nameOf('latchkey'), nameOf('tutorial-key-object'), 'perSecond', { atLeast: 1.5 })],
    };
  } finally {
    await stop();
  }

  function refreshing({ name, server, post }, what) {
    const tokens = [];
    let due = 0;
    const question = {
      next() {
        const key = due;
        due = (due + 1) % tokens.length;
        return { key, body: JSON.stringify({ query: REFRESH, variables: { token: tokens[key] } }) };
      },
      answered({ data }, key) {
        const token = data?.refreshToken?.refreshToken;
        if (typeof token !== 'string' || token === tokens[key]) throw new Error(`${name} did not refresh: ${JSON.stringify(data)}`);
        tokens[key] = token;
      },
    };
    return {
      name,
      what,
      server,
      ask: () => load(server.url, question, connections, { amount: SESSIONS }),
      async verify() {
        await stock(tokens, SESSIONS, async (email) => (await post(LOG_IN, { email, password: PASSWORD })).data.login.refreshToken);
        const { data } = await post(REFRESH, { token: 'made up' });
        if (data?.refreshToken?.accessToken) throw new Error(`${name} accepted an invented token`);
      },
    };
  }
}
