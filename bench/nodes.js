/**
 * Measures how long a logout takes until every node enforces it, on PostgreSQL: `node bench/nodes.js [--logouts 300] [--services]`; `--services` measures them alone.
 * The cases: all nodes alive, one node stopped, no doorbells, the other modes, services with strict verifiers, and many logouts at once.
 */
import { loadavg } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startCluster } from './cluster.js';
import { quantile } from './server.js';

const WARM_UP = 20;
const LEASE_MS = 2_000;
/** W, the longest wait of a logout for a lease T: 1.03 · T + 10 ms. */
const waitFor = (leaseMs) => Math.round(1.03 * leaseMs + 10);

const { values: flags } = parseArgs({
  options: { logouts: { type: 'string', default: '300' }, services: { type: 'boolean', default: false } },
});
const LOGOUTS = Number(flags.logouts);
const LOGOUT = 'mutation { logout { endedSessions confirmation { by nodes acknowledged waitedMs } } }';

async function logOut({ client }, token) {
  const begun = performance.now();
  const { data, errors } = await client.post(LOGOUT, {}, token);
  if (data?.logout?.endedSessions !== 1) throw new Error(`a logout ended no session: ${JSON.stringify(errors)}`);
  return { took: performance.now() - begun, ...data.logout.confirmation };
}

async function refusedEverywhere({ nodes }, token) {
  for (const { client } of nodes) {
    const { errors } = await client.post('{ ownName }', {}, token);
    if (errors?.[0]?.extensions.reason !== 'TOKEN_REVOKED') throw new Error('a revoked token was not refused');
  }
}

function tell(name, answers, goal) {
  const times = answers.map(({ took }) => took).sort((a, b) => a - b);
  const waits = answers.map(({ waitedMs }) => waitedMs).sort((a, b) => a - b);
  const at = (list, share) => quantile(list, share).toFixed(1);
  const by = [...new Set(answers.map((answer) => answer.by))].join(', ');
  console.log(`| ${[name, times.length, at(times, 0.5), at(times, 0.99), at(times, 1), at(waits, 0.5), by, goal].join(' | ')} |`);
}

/** Logs out one session after another, each on the next node. One of twenty tokens is then checked on all nodes. */
async function oneByOne(name, settings, goal, howMany = LOGOUTS) {
  const cluster = await startCluster(settings);
  try {
    const answers = [];
    for (let done = 0; done < WARM_UP + howMany; done += 20) {
      const tokens = await cluster.logIn(20);
      for (const [index, token] of tokens.entries()) {
        for (const node of cluster.nodes) await cluster.check(node, token);
        answers.push(await logOut(cluster.nodes[index % cluster.nodes.length], token));
        if (index === 0) await refusedEverywhere(cluster, token);
      }
    }
    tell(name, answers.slice(WARM_UP), goal);
  } finally {
    await cluster.stop();
  }
}

async function withOneStopped(goal) {
  const cluster = await startCluster(Array.from({ length: 3 }, () => ({ LEASE: `${LEASE_MS}ms` })));
  const [first, second, third] = cluster.nodes;
  try {
    const answers = [];
    for (let round = 0; round < 5; round += 1) {
      const tokens = await cluster.logIn(2);
      for (const node of cluster.nodes) await cluster.check(node, tokens[0]);
      process.kill(third.server.pid, 'SIGSTOP');
      answers.push(...(await Promise.all(tokens.map((token, index) => logOut(index === 0 ? first : second, token)))));
      process.kill(third.server.pid, 'SIGCONT');
      await setTimeout(500);
      for (const token of tokens) await refusedEverywhere(cluster, token);
    }
    tell(`3 nodes, one of them stopped, T ${LEASE_MS} ms`, answers, goal);
  } finally {
    await cluster.stop();
  }
}

/**
 * Three nodes: without a service, with two of them whose verifiers are strict, with one of these stopped, and after its removal. All on one
 * cluster, in turns, so that the rows can be compared.
 */
async function withServices(howMany) {
  const cluster = await startCluster(Array.from({ length: 3 }, () => ({ LEASE: `${LEASE_MS}ms` })));
  const rows = { without: [], alive: [], stopped: [], removed: [] };
  const logOutEach = async (row, count, services) => {
    for (const [index, token] of (await cluster.logIn(count)).entries()) {
      for (const node of cluster.nodes) await cluster.check(node, token);
      for (const service of services) if ((await service.ask(token)) !== 200) throw new Error('a service refused a live token');
      rows[row].push(await logOut(cluster.nodes[index % 3], token));
      for (const service of services) if ((await service.ask(token)) !== 401) throw new Error('a service did not refuse a revoked token');
    }
  };
  try {
    await logOutEach('without', WARM_UP, []);
    rows.without = [];
    await logOutEach('without', howMany, []);
    const [token] = await cluster.logIn(1);
    const services = await cluster.startServices(2, token);
    await logOutEach('alive', WARM_UP, services);
    rows.alive = [];
    await logOutEach('alive', howMany, services);
    const [stopped, alive] = services;
    stopped.process.kill('SIGSTOP');
    await logOutEach('stopped', 1, [alive]);
    // The first logout that waits for it also finds out that it is dead; W later it is removed.
    await setTimeout(2 * waitFor(LEASE_MS) + 1_000);
    await logOutEach('removed', WARM_UP, [alive]);
    rows.removed = [];
    await logOutEach('removed', howMany, [alive]);
    stopped.process.kill('SIGCONT');
    tell('3 nodes, no service', rows.without, '');
    tell('3 nodes, 2 services with strict verifiers', rows.alive, 'p50 at most 3 ms more');
    tell(`one of the services stopped, T ${LEASE_MS} ms`, rows.stopped, `≤ W + 50 = ${waitFor(LEASE_MS) + 50}`);
    tell('after its removal', rows.removed, 'as before');
  } finally {
    await cluster.stop();
  }
}

async function atOnce(howMany) {
  const cluster = await startCluster([{}, {}, {}]);
  try {
    const answers = [];
    const perSecond = [];
    for (let round = 0; round < 5; round += 1) {
      const tokens = await cluster.logIn(howMany);
      for (const node of cluster.nodes) await cluster.check(node, tokens[0]);
      const begun = performance.now();
      answers.push(...(await Promise.all(tokens.map((token, index) => logOut(cluster.nodes[index % 3], token)))));
      perSecond.push(howMany / ((performance.now() - begun) / 1000));
      await refusedEverywhere(cluster, tokens.at(-1));
    }
    tell(
      `3 nodes, ${howMany} logouts at once, ${Math.round(
        quantile(
          perSecond.sort((a, b) => a - b),
          0.5,
        ),
      )} a second`,
      answers,
      '≥ 600 a second',
    );
  } finally {
    await cluster.stop();
  }
}

const GOALS = { 1: 'p50 ≤ 2.5, p99 ≤ 10', 3: 'p50 ≤ 4, p99 ≤ 15' };
const nodes = (count, settings = {}) => Array.from({ length: count }, () => settings);
console.log(`load ${loadavg()[0].toFixed(1)}; PostgreSQL and all nodes on this machine; the logins before each logout are not counted`);
console.log('| logout | count | p50 ms | p99 ms | max ms | wait for nodes, p50 ms | in force by | goal |');
console.log('|---|---|---|---|---|---|---|---|');
await withServices(LOGOUTS);
if (flags.services) process.exit(0);
for (const count of [1, 2, 3, 4]) {
  await oneByOne(`lease, ${count} node${count === 1 ? '' : 's'}, all alive`, nodes(count), GOALS[count] ?? '');
}
await oneByOne('database, 3 nodes', nodes(3, { REVOCATION_CHECK: 'database' }), '');
await oneByOne('redis, 3 nodes', nodes(3, { REVOCATION_CHECK: 'redis' }), '');
await oneByOne('lease, 3 nodes, poll-only, T 300 ms', nodes(3, { DOORBELL: 'off' }), '≤ 350', 60);
await withOneStopped(`≤ W + 50 = ${waitFor(LEASE_MS) + 50}`);
await atOnce(40);
