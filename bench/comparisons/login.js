/** Comparison of logins with their argon2 alone on the same core. */
import { emailOf, nameOf, startContenders } from '../contenders.js';
import { contest } from '../contest.js';
import { ratioOf } from '../ratios.js';
import { LOGIN, PASSWORD } from '../server.js';

const PEERS = ['argon2', 'better-auth', 'tutorial-key-object'];
/** Fewer than the logins that may wait at once from one address. */
const CONNECTIONS = 16;
/** Enough users that none reaches a hundred sessions, at which Latchkey would end the oldest. */
const USERS = 50;

export const title = 'Login';

export async function measure({ rounds, seconds, repeats }, tell) {
  const { all, stop } = await startContenders(PEERS);
  try {
    const contenders = ['latchkey', ...PEERS].map((kind) => loggingIn(all[kind]));
    const plan = { rounds, seconds, repeats, warmUpSeconds: 1, connections: CONNECTIONS };
    const results = await contest(contenders, plan, tell);
    const against = (kind, atLeast, figure = 'perSecond') => ratioOf(results, nameOf('latchkey'), nameOf(kind), figure, { atLeast });
    return {
      asked: '`login` with the right password; argon2id, m = 19456 KiB, t = 2, p = 1 for all; server and threads on one core',
      results,
      ratios: [against('argon2', 0.7, 'cpuMicros'), against('better-auth', 1.2), against('tutorial-key-object', 1.2)],
    };
  } finally {
    await stop();
  }
}

const WHAT = {
  latchkey: 'budgets, password, session, audit event, tokens (ES256); SQL on the driver, one commit that waits for the disk',
  'better-auth': 'password, session; Prisma',
  'tutorial-key-object': 'password, refresh token, access token (HS256); `findUnique` and `create` of Prisma',
};

function loggingIn({ kind, name, what, server, post, tokens }) {
  let asked = 0;
  return {
    name,
    what: WHAT[kind] ?? what,
    server,
    question: {
      next() {
        asked += 1;
        return { body: JSON.stringify({ query: LOGIN, variables: { email: emailOf(asked % USERS), password: PASSWORD } }) };
      },
      answered({ data }) {
        if (!data?.login?.accessToken && !data?.login?.matches) throw new Error(`${name} refused a login`);
      },
    },
    async verify() {
      if (tokens === 'none') return;
      const { data } = await post(LOGIN, { email: emailOf(0), password: 'not the password' });
      if (data?.login?.accessToken) throw new Error(`${name} accepted a wrong password`);
    },
  };
}
