/**
 * Measures the cost of thousands of open WebSockets for a node on SQLite: memory, time to close, and the effect on other requests.
 * Run `node bench/live-idle.js [--sockets 5000] [--seconds 4]`. Server and client have one core each.
 */
import { loadavg } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ASKING_CORE, SERVING_CORE } from './contest.js';
import { cpuSecondsOf, pin } from './cores.js';
import { now, openSocket } from './live-socket.js';
import { load } from './load.js';
import { ADMIN, createClient, LOGIN, NO_LIMITS, PASSWORD, quantile, REGISTER, startServer } from './server.js';

const SCRIPT = fileURLToPath(new URL('./live-node.js', import.meta.url));
const SETTINGS = { ...NO_LIMITS, TRUST_PROXY: '1', ACCESS_TOKEN_TTL: '4h', REAUTHENTICATION_TTL: '4h' };
const SOCKETS_PER_SESSION = 50;
const SOCKETS_PER_ADDRESS = 500;
const AT_ONCE = 50;
const ROUNDS = 5;
const IDLE_MS = 24_000;
const CLOSED_ALONE = 20;
/** What a socket subscribes to: nothing, events of the application, or events of Latchkey. */
const QUERIES = {
  'no subscription': undefined,
  'an own subscription each': 'subscription { tick }',
  'sessionEvents each': 'subscription { sessionEvents { id kind } }',
};
const REVOKE_ALL = 'mutation { revokeAllSessions(input: {}) { endedSessions userErrors { code } } }';

const { values: flags } = parseArgs({
  options: { sockets: { type: 'string', default: '5000' }, seconds: { type: 'string', default: '4' } },
});
const SOCKETS = Number(flags.sockets);

async function readMemory(server) {
  // Some objects become collectable only after the previous collection, so collect three times.
  for (let times = 0; times < 3; times += 1) {
    await fetch(new URL('/bench/memory', server.url));
    await setTimeout(500);
  }
  const { rss, heapUsed, external } = await (await fetch(new URL('/bench/memory', server.url))).json();
  return { rss, heap: heapUsed, external };
}

async function ask({ server, token }) {
  const before = cpuSecondsOf(server.pid);
  const question = {
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: '{ ownName }' }),
    expect: '{"data":{"ownName":"nobody"}}\n',
  };
  const { perSecond, count } = await load(server.url, question, 16, { seconds: Number(flags.seconds) });
  return { perSecond, cpu: ((cpuSecondsOf(server.pid) - before) / count) * 1e6 };
}

/** Alternates with a server that has no sockets, so that changes of the machine affect both. */
async function compareLoads(crowded, empty) {
  const rounds = [];
  await ask(empty);
  await ask(crowded);
  for (let round = 0; round < ROUNDS; round += 1) rounds.push({ empty: await ask(empty), crowded: await ask(crowded) });
  const median = (figure) => {
    const sorted = rounds.map(figure).sort((a, b) => a - b);
    return quantile(sorted, 0.5);
  };
  const ratio = (figure) => median((round) => round.crowded[figure] / round.empty[figure]).toFixed(2);
  console.log(
    `authorized requests beside the sockets, relative to a server without: ${ratio('perSecond')} × the rate, ${ratio('cpu')} × the CPU time for each ` +
      `(${Math.round(median(({ empty: { cpu } }) => cpu))} µs without)`,
  );
}

/** Prints the share of a core that idle sockets use, including their pings. */
async function tellIdleness(server) {
  const before = cpuSecondsOf(server.pid);
  await setTimeout(IDLE_MS);
  console.log(`idle: ${(((cpuSecondsOf(server.pid) - before) / (IDLE_MS / 1000)) * 100).toFixed(1)} % of a core`);
}

/** @returns one token per session; each user has fifty sessions */
async function logIn(client, howMany, name) {
  const tokens = [];
  while (tokens.length < howMany) {
    const variables = { email: `${name}-${tokens.length}@example.com`, password: PASSWORD };
    await client.post(REGISTER, variables);
    const answers = await Promise.all(Array.from({ length: Math.min(50, howMany - tokens.length) }, () => client.post(LOGIN, variables)));
    tokens.push(...answers.map(({ data }) => data.login.accessToken));
  }
  return tokens;
}

async function openAll(server, tokens, query) {
  const sockets = [];
  const openOne = (index) => {
    const address = Math.floor(index / SOCKETS_PER_ADDRESS);
    const token = tokens[Math.floor(index / SOCKETS_PER_SESSION)];
    return openSocket(server.url, token, { query, isQuiet: true, headers: { 'X-Forwarded-For': `10.0.0.${address}` } });
  };
  while (sockets.length < SOCKETS) {
    const from = sockets.length;
    sockets.push(...(await Promise.all(Array.from({ length: Math.min(AT_ONCE, SOCKETS - from) }, (_, index) => openOne(from + index)))));
  }
  return sockets;
}

/** Ends sessions. @returns the milliseconds until the answer, until the last close, and for the server to send all closes */
async function endBy(server, sockets, end) {
  const readSent = async () => (await fetch(new URL('/bench/sent', server.url))).json();
  await readSent();
  const begun = now();
  const { errors } = await end();
  const answered = now() - begun;
  if (errors !== undefined) throw new Error(`no session was ended: ${JSON.stringify(errors)}`);
  const ends = await Promise.all(sockets.map(({ closed }) => closed));
  if (ends.some(({ code }) => code !== 4401)) throw new Error('a socket was closed with a code other than 4401');
  const { closes, answers } = await readSent();
  const closed = Math.max(...ends.map(({ at }) => at)) - begun;
  return { answered, closed, sending: Math.max(...closes) - Math.min(...closes), lead: answers[0] - Math.max(...closes) };
}

function tellCloses(name, times) {
  const sorted = (figure) => times.map((time) => time[figure]).sort((a, b) => a - b);
  const at = (figure, share) => quantile(sorted(figure), share).toFixed(1);
  const figures = [
    `sent within ${at('sending', 0.5)} ms (at most ${at('sending', 1)})`,
    `the last ${at('lead', 0)} ms or more before the answer`,
    `answered after ${at('answered', 0.5)} ms (at most ${at('answered', 1)})`,
    `all received after ${at('closed', 0.5)} ms (at most ${at('closed', 1)})`,
  ];
  console.log(`${name}: ${figures.join(', ')}`);
}

function tellMemory(name, before, after, count) {
  const kilobytes = (figure) => ((after[figure] - before[figure]) / count / 1024).toFixed(1);
  console.log(
    `${name}: ${kilobytes('rss')} KB resident, ${kilobytes('heap')} KB on the heap, ${kilobytes('external')} KB outside the heap`,
  );
}

async function measure(server, client, empty, name, query) {
  const admin = (await client.post(LOGIN, { email: ADMIN, password: PASSWORD })).data.login.accessToken;
  const tokens = await logIn(client, Math.ceil(SOCKETS / SOCKETS_PER_SESSION), name.replaceAll(' ', '-'));
  const [token] = await logIn(client, 1, `reader-${name.length}`);
  await ask({ server, token });
  const before = await readMemory(server);
  const begun = now();
  const sockets = await openAll(server, tokens, query);
  console.log(`\n${SOCKETS} sockets with ${name}, opened in ${((now() - begun) / 1000).toFixed(1)} s`);
  tellMemory('each', before, await readMemory(server), SOCKETS);
  await tellIdleness(server);
  await compareLoads({ server, token }, empty);
  const alone = [];
  for (let index = 0; index < CLOSED_ALONE; index += 1) {
    const own = sockets.slice(index * SOCKETS_PER_SESSION, (index + 1) * SOCKETS_PER_SESSION);
    alone.push(await endBy(server, own, () => client.post('mutation { logout { endedSessions } }', {}, tokens[index])));
  }
  tellCloses(`a logout, the ${SOCKETS_PER_SESSION} of its session`, alone);
  const rest = sockets.slice(CLOSED_ALONE * SOCKETS_PER_SESSION);
  tellCloses(`revokeAllSessions, all ${rest.length}`, [await endBy(server, rest, () => client.post(REVOKE_ALL, {}, admin))]);
  tellMemory('still held, each', before, await readMemory(server), SOCKETS);
}

console.log(`load ${loadavg()[0].toFixed(1)}; Node ${process.version}`);
const start = () => startServer(SETTINGS, SCRIPT, SERVING_CORE, ['--expose-gc']);
const [server, empty] = [await start(), await start()];
const client = createClient(server.url);
const stranger = createClient(empty.url);
try {
  pin(process.pid, ASKING_CORE);
  const [token] = await logIn(stranger, 1, 'reader');
  for (const [name, query] of Object.entries(QUERIES)) await measure(server, client, { server: empty, token }, name, query);
} finally {
  client.close();
  stranger.close();
  for (const each of [server, empty]) await each.stop();
}
