/** Comparison of logouts of prepared sessions. Each logout is on the disk before its answer. */
import { nameOf, startContenders } from '../contenders.js';
import { contest } from '../contest.js';
import { load } from '../load.js';
import { ratioOf } from '../ratios.js';
import { LOGIN, PASSWORD } from '../server.js';
import { stock } from '../sessions.js';
import { intervalOf, judge } from '../statistics.js';

const PEERS = ['better-auth', 'tutorial-key-object'];
const KINDS = ['latchkey', ...PEERS];
const LOGOUTS = 256;
const LOGOUTS_ONE_BY_ONE = 64;
const ONE = ', one connection';
const P50_MS = { atMost: 2 };
const CHEAP = { PASSWORD_MEMORY_KIB: '8' };
const BODY = JSON.stringify({ query: 'mutation { logout { endedSessions } }' });
const ANSWER = '{"logout":{"endedSessions":1}}';
const WHAT = {
  latchkey: 'access and refresh token of the session, live and durable; audit event; one commit',
  'better-auth': 'the row of the session is deleted; one commit',
  'tutorial-key-object': 'the access token is blacklisted by Prisma, the refresh token lives on; one commit',
};

export const title = 'Logout';

export async function measure({ rounds, connections, repeats }, tell) {
  const { all, stop } = await startContenders(PEERS, { env: CHEAP });
  try {
    const measureWith = async (many, logouts, suffix) => {
      const contenders = KINDS.map((kind) => loggingOut(all[kind], many, logouts, suffix));
      for (const { verify, ask } of contenders) {
        await verify();
        await ask();
      }
      return contest(contenders, { rounds, connections: many, repeats, warmUpSeconds: 0 }, tell);
    };
    const results = [...(await measureWith(connections, LOGOUTS, '')), ...(await measureWith(1, LOGOUTS_ONE_BY_ONE, ONE))];
    const against = (kind, suffix, goal = null) =>
      ratioOf(results, `${nameOf('latchkey')}${suffix}`, `${nameOf(kind)}${suffix}`, 'perSecond', goal);
    const alone = results.find(({ name }) => name === `${nameOf('latchkey')}${ONE}`);
    const p50 = intervalOf(alone.rounds.map((round) => round.p50));
    return {
      asked: `\`logout\` of ${LOGOUTS} sessions in a round, or of ${LOGOUTS_ONE_BY_ONE} on one connection; each commit reaches the disk for all of them`,
      results,
      ratios: [
        against('better-auth', ''),
        against('tutorial-key-object', '', { atLeast: 0.95 }),
        against('better-auth', ONE),
        against('tutorial-key-object', ONE, { atLeast: 1.8 }),
      ],
      figures: [{ name: `p50 of Latchkey${ONE}`, unit: 'ms', ...p50, goal: P50_MS, verdict: judge(p50, P50_MS) }],
    };
  } finally {
    await stop();
  }

  function loggingOut({ kind, name, server, post, headersOf }, many, logouts, suffix) {
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
      name: `${name}${suffix}`,
      what: WHAT[kind],
      server,
      ask: () => load(server.url, question, many, { amount: logouts }),
      async verify() {
        if (ended !== undefined) {
          const { errors } = await post('{ profile { id } }', {}, ended);
          if (errors === undefined) throw new Error(`${name} answered a session that had ended`);
        }
        await stock(sessions, logouts, async (email) => {
          const { data } = await post(LOGIN, { email, password: PASSWORD });
          return headersOf(data.login.accessToken);
        });
      },
    };
  }
}
