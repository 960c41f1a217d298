/** Comparison of logouts of prepared sessions. Each logout is on the disk before its answer. */
import { nameOf, startContenders } from '../contenders.js';
import { contest } from '../contest.js';
import { load } from '../load.js';
import { ratioOf } from '../ratios.js';
import { LOGIN, PASSWORD } from '../server.js';
import { stock } from '../sessions.js';

const PEERS = ['better-auth', 'tutorial-key-object'];
const LOGOUTS = 256;
const CHEAP = { PASSWORD_MEMORY_KIB: '8' };
const BODY = JSON.stringify({ query: 'mutation { logout { endedSessions } }' });
const ANSWER = '{"logout":{"endedSessions":1}}';
const WHAT = {
  latchkey: 'access and refresh token of the session, live and durable; audit event; one commit',
  'better-auth': 'the row of the session is deleted; one commit',
  'tutorial-key-object': 'the access token is blacklisted, the refresh token lives on; one commit',
};

export const title = 'Logout';

export async function measure({ rounds, connections, repeats }, tell) {
  const { all, stop } = await startContenders(PEERS, { env: CHEAP });
  try {
    const contenders = ['latchkey', ...PEERS].map((kind) => loggingOut(all[kind]));
    for (const { verify, ask } of contenders) {
      await verify();
      await ask();
    }
    const results = await contest(contenders, { rounds, connections, repeats, warmUpSeconds: 0 }, tell);
    return {
      asked: `\`logout\` of ${LOGOUTS} sessions in a round; each commit reaches the disk for all of them`,
      results,
      ratios: PEERS.map((kind) => ratioOf(results, nameOf('latchkey'), nameOf(kind))),
    };
  } finally {
    await stop();
  }

  function loggingOut({ kind, name, server, post, headersOf }) {
    const sessions = [];
    let ended;
    const question = {
      next() {
        const headers = sessions.pop();
        if (headers === undefined) throw new Error('too few prepared sessions');
        return { key: headers, headers, body: BODY };
      },
      answered({ data, errors }, headers) {
        if (JSON.stringify(data) !== ANSWER) throw new Error(`${name} did not log out: ${JSON.stringify({ data, errors })}`);
        ended = headers;
      },
    };
    return {
      name,
      what: WHAT[kind],
      server,
      ask: () => load(server.url, question, connections, { amount: LOGOUTS }),
      async verify() {
        if (ended !== undefined) {
          const { errors } = await post('{ profile { id } }', {}, ended);
          if (errors === undefined) throw new Error(`${name} answered a session that had ended`);
        }
        await stock(sessions, LOGOUTS, async (email) => {
          const { data } = await post(LOGIN, { email, password: PASSWORD });
          return headersOf(data.login.accessToken);
        });
      },
    };
  }
}
