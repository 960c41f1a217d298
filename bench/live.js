/**
 * Measures when the sockets of an ended session close, relative to the answer, and whether they get an event after it:
 * `node bench/live.js [--rounds 1000] [--paused 20] [--only sqlite,postgresql,paused]`. Every node emits an event each millisecond.
 */
import { loadavg } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startCluster } from './cluster.js';
import { now, openSocket } from './live-socket.js';
import { ADMIN, createClient, NO_LIMITS, PASSWORD, quantile, startServer } from './server.js';

const WARM_UP = 20;
const SCRIPT = fileURLToPath(new URL('./live-node.js', import.meta.url));
const LEASE_MS = 2_000;
const SETTINGS = { ...NO_LIMITS, TICK_EVERY_MS: '1', ACCESS_TOKEN_TTL: '4h', REAUTHENTICATION_TTL: '4h' };
const TICK = 'subscription { tick }';
const OPENED = '{ accessToken refreshToken user { id } userErrors { code } }';
const open = (name) => `mutation($email: String!, $password: String!) { ${name}(input: { email: $email, password: $password }) ${OPENED} }`;
const REFRESH = 'mutation($token: String!) { refreshToken(input: { refreshToken: $token }) { accessToken userErrors { code } } }';
const administer = (name) => `mutation($id: ID!) { ${name}(input: { userId: $id }) { endedSessions userErrors { code } } }`;
/** After this time the reuse of a refresh token ends its session. */
const GRACE_MS = 10_000;
/** Fewer than the hundred sessions that a user may have. */
const SESSIONS_PER_USER = 90;

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '1000' },
    paused: { type: 'string', default: '20' },
    only: { type: 'string', default: 'sqlite,postgresql,paused' },
  },
});
const ROUNDS = Number(flags.rounds);

async function begin({ client }, name, email) {
  const { data, errors } = await client.post(open(name), { email, password: PASSWORD });
  if (!data?.[name]?.accessToken) throw new Error(`a login or registration was refused: ${JSON.stringify(errors ?? data)}`);
  return { ...data[name], email };
}

/** Throws unless the answer says that exactly one session ended. */
function ended(name, { data, errors }) {
  if (data?.[name]?.endedSessions !== 1) throw new Error(`${name} did not end one session: ${JSON.stringify(errors ?? data)}`);
}

/** The ways to end a session: `prepare` starts a session, `act` ends it. */
const KINDS = {
  logout: {
    prepare: ([first], index) => begin(first, index < WARM_UP ? 'register' : 'login', `user-${index % WARM_UP}@example.com`),
    act: async ({ client }, { accessToken }) =>
      ended('logout', await client.post('mutation { logout { endedSessions } }', {}, accessToken)),
  },
  revokeUserSessions: {
    prepare: ([first], index) => begin(first, index === 0 ? 'register' : 'login', 'ended@example.com'),
    act: async ({ client }, { user }, admin) =>
      ended('revokeUserSessions', await client.post(administer('revokeUserSessions'), { id: user.id }, admin)),
  },
  disableUser: {
    prepare: ([first], index) => begin(first, 'register', `disabled-${index}@example.com`),
    act: async ({ client }, { user }, admin) => ended('disableUser', await client.post(administer('disableUser'), { id: user.id }, admin)),
  },
  'refresh token used twice': {
    async prepareAll([first], count) {
      const sessions = [];
      for (let index = 0; index < count; index += 1) {
        const name = index % SESSIONS_PER_USER === 0 ? 'register' : 'login';
        const session = await begin(first, name, `refreshed-${Math.floor(index / SESSIONS_PER_USER)}@example.com`);
        const { data } = await first.client.post(REFRESH, { token: session.refreshToken });
        sessions.push({ ...session, accessToken: data.refreshToken.accessToken });
      }
      await setTimeout(GRACE_MS + 1_000);
      return sessions;
    },
    async act({ client }, { refreshToken }) {
      const { data } = await client.post(REFRESH, { token: refreshToken });
      if (data.refreshToken.userErrors[0]?.code !== 'INVALID_REFRESH_TOKEN') throw new Error('a used refresh token was accepted again');
    },
  },
};

async function readSent(nodes) {
  const logs = await Promise.all(nodes.map(async ({ server }) => (await fetch(new URL('/bench/sent', server.url))).json()));
  return { closes: logs.flatMap(({ closes }) => closes), answers: logs.flatMap(({ answers }) => answers) };
}

/** Opens one socket of the session on each node, ends the session on one node, and measures all closes. */
async function round(nodes, ender, session, act, admin) {
  const sockets = await Promise.all(nodes.map(({ server }) => openSocket(server.url, session.accessToken, { query: TICK })));
  await readSent(nodes);
  await act(ender, session, admin);
  const answeredAt = now();
  const closes = await Promise.all(sockets.map(({ closed }) => closed));
  const { closes: closesSent, answers } = await readSent(nodes);
  const isWrong = closes.find(({ code }) => code !== 4401);
  if (isWrong !== undefined) throw new Error(`a socket was closed with ${isWrong.code} ${isWrong.reason}`);
  return {
    delays: closes.map(({ at }) => at - answeredAt),
    sentBefore: answers[0] - Math.max(...closesSent),
    late: sockets.flatMap(({ events }) => events).filter(({ emittedAt }) => emittedAt > answers[0]).length,
    events: sockets.reduce((sum, { events }) => sum + events.length, 0),
  };
}

function tell(name, rounds) {
  const delays = rounds.flatMap((each) => each.delays).sort((a, b) => a - b);
  const leads = rounds.map(({ sentBefore }) => sentBefore).sort((a, b) => a - b);
  const before = delays.filter((delay) => delay <= 0).length;
  const at = (share) => quantile(delays, share).toFixed(2);
  const sum = (figure) => rounds.reduce((total, each) => total + each[figure], 0);
  const sent = `${leads.filter((lead) => lead > 0).length} of ${rounds.length}, by ${leads[0].toFixed(2)} ms at least`;
  console.log(`| ${[name, sent, before, delays.length - before, at(0.5), at(0.99), at(1), sum('events'), sum('late')].join(' | ')} |`);
}

async function measure(place, nodes) {
  const { accessToken: admin } = await begin(nodes[0], 'login', ADMIN);
  for (const [name, { prepare, prepareAll, act }] of Object.entries(KINDS)) {
    const sessions = await prepareAll?.(nodes, WARM_UP + ROUNDS);
    const rounds = [];
    for (let index = 0; index < WARM_UP + ROUNDS; index += 1) {
      const session = sessions?.[index] ?? (await prepare(nodes, index));
      rounds.push(await round(nodes, nodes[index % nodes.length], session, act, admin));
    }
    tell(`${name}, ${place}`, rounds.slice(WARM_UP));
  }
}

async function onSqlite() {
  const server = await startServer(SETTINGS, SCRIPT);
  const client = createClient(server.url);
  try {
    await measure('one node on SQLite', [{ server, client }]);
  } finally {
    client.close();
    await server.stop();
  }
}

async function onPostgresql() {
  const cluster = await startCluster([SETTINGS, SETTINGS, SETTINGS], 0, SCRIPT);
  try {
    await measure('three nodes on PostgreSQL', cluster.nodes);
  } finally {
    await cluster.stop();
  }
}

/** The third node is stopped from before the logout until after its answer, with a request waiting in its socket. */
async function pausedRound([first, second, third], random) {
  const session = await begin(first, 'login', 'ada@example.com');
  const nodes = [first, second, third];
  const sockets = await Promise.all(nodes.map(({ server }) => openSocket(server.url, session.accessToken, { query: TICK })));
  const asking = createClient(third.server.url, 1);
  const ask = async () => ({ ...(await asking.post('{ ownName }', {}, session.accessToken)), at: now() });
  if ((await ask()).errors !== undefined) throw new Error('a live token was refused');
  process.kill(third.server.pid, 'SIGSTOP');
  const begun = now();
  const asked = ask();
  ended('logout', await first.client.post('mutation { logout { endedSessions } }', {}, session.accessToken));
  const answeredAt = now();
  const others = await Promise.all(sockets.slice(0, 2).map(({ closed }) => closed));
  await setTimeout(random * 500);
  const resumedAt = now();
  process.kill(third.server.pid, 'SIGCONT');
  const [closed, answer] = await Promise.all([sockets[2].closed, asked]);
  asking.close();
  if (answer.errors === undefined) throw new Error('a paused node has accepted a revoked token');
  return {
    took: answeredAt - begun,
    others: Math.max(...others.map(({ at }) => at - answeredAt)),
    after: closed.at - resumedAt,
    how: `${closed.code} ${closed.reason}`,
    late: sockets.flatMap(({ events }) => events).filter(({ emittedAt }) => emittedAt > answeredAt).length,
  };
}

async function withPauses() {
  const settings = { ...SETTINGS, LEASE: `${LEASE_MS}ms` };
  const cluster = await startCluster([settings, settings, settings], 0, SCRIPT);
  try {
    const rounds = [];
    for (let index = 0; index < Number(flags.paused); index += 1) {
      rounds.push(await pausedRound(cluster.nodes, index / Number(flags.paused)));
      await setTimeout(500);
    }
    const most = (figure) => Math.max(...rounds.map((each) => each[figure])).toFixed(1);
    const how = [...new Set(rounds.map((each) => each.how))].join(', ');
    const late = rounds.reduce((total, each) => total + each.late, 0);
    console.log(
      `\n${rounds.length} logouts while one of three nodes was stopped, lease ${LEASE_MS} ms: answered within ${most('took')} ms; ` +
        `the sockets on the other nodes closed at most ${most('others')} ms after the answer, the socket on the stopped node at most ${most('after')} ms ` +
        `after it resumed (${how}); events emitted after the answer and delivered: ${late}; requests served with the token: 0`,
    );
  } finally {
    await cluster.stop();
  }
}

const chosen = flags.only.split(',');
console.log(`load ${loadavg()[0].toFixed(1)}; everything on this machine; ${ROUNDS} rounds each, one socket on each node`);
console.log(
  '| what ended the session | all closes sent before the answer | received before it | after it | p50 of close − answer, ms | p99 | max | events | events emitted after the answer |',
);
console.log('|---|---|---|---|---|---|---|---|---|');
if (chosen.includes('sqlite')) await onSqlite();
if (chosen.includes('postgresql')) await onPostgresql();
if (chosen.includes('paused')) await withPauses();
