/** Measures logouts over HTTP on SQLite, one after another: `node bench/logout.js [how many]`. */
import { createClient, LOGIN, NO_LIMITS, PASSWORD, quantile, REGISTER, startServer } from './server.js';

const LOGOUTS = Number(process.argv[2] ?? 1000);
const WARM_UP = 50;
/** One user has at most 100 sessions, and one address may have this many logins waiting at once. */
const SESSIONS_PER_USER = 40;

async function logInMany({ post }, howMany) {
  const tokens = [];
  while (tokens.length < howMany) {
    const variables = { email: `user-${tokens.length}@example.com`, password: PASSWORD };
    tokens.push((await post(REGISTER, variables)).data.register.accessToken);
    const more = Math.min(SESSIONS_PER_USER, howMany - tokens.length);
    const answers = await Promise.all(Array.from({ length: more }, () => post(LOGIN, variables)));
    tokens.push(...answers.map(({ data }) => data.login.accessToken));
  }
  return tokens;
}

const server = await startServer(NO_LIMITS);
const client = createClient(server.url);
try {
  const times = [];
  for (const token of await logInMany(client, WARM_UP + LOGOUTS)) {
    const begun = performance.now();
    const { data } = await client.post('mutation { logout { endedSessions } }', {}, token);
    times.push(performance.now() - begun);
    if (data.logout.endedSessions !== 1) throw new Error('a logout ended no session');
  }
  const sorted = times.slice(WARM_UP).sort((a, b) => a - b);
  const at = (share) => quantile(sorted, share).toFixed(2);
  console.log(`${LOGOUTS} logouts, one after another: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms`);
} finally {
  client.close();
  await server.stop();
}
