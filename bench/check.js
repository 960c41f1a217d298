/**
 * Measures the cost of the revocation check for an authorized request on PostgreSQL, by mode, number of nodes and number of revocations.
 * Run `node bench/check.js [--nodes 1,2,4] [--revocations 10000,100000,1000000] [--seconds 3]`. One node gets all requests; the others run.
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import { readMetrics, startCluster } from './cluster.js';
import { cpuSecondsOf, pin } from './cores.js';

const MODES = ['lease', 'database', 'redis'];
const CONNECTIONS = 16;
const ROUNDS = 3;

const { values: flags } = parseArgs({
  options: {
    nodes: { type: 'string', default: '1,2,4' },
    revocations: { type: 'string', default: '10000,100000,1000000' },
    seconds: { type: 'string', default: '3' },
  },
});
const numbers = (text) => text.split(',').map(Number);

async function load(url, token, duration) {
  const result = await autocannon({
    url,
    method: 'POST',
    connections: CONNECTIONS,
    duration,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: '{ ownName }' }),
    expectBody: '{"data":{"ownName":"nobody"}}\n',
  });
  if (result.mismatches + result.errors + result.non2xx > 0) throw new Error('an authorized request got a wrong answer or none');
  return result;
}

/** Alternates the modes, so that changes of the machine affect all of them. */
async function measure(nodes, revocations) {
  const clusters = [];
  try {
    for (const mode of MODES) {
      const cluster = await startCluster(
        Array.from({ length: nodes }, () => ({ REVOCATION_CHECK: mode })),
        revocations,
      );
      clusters.push({ mode, cluster, token: (await cluster.logIn(1))[0], rounds: [] });
    }
    pin(process.pid, 0);
    for (const { cluster, token } of clusters) {
      for (const node of cluster.nodes) pin(node.server.pid, 1);
      await load(cluster.nodes[0].server.url, token, 1);
    }
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const { cluster, token, rounds } of clusters) {
        const [node] = cluster.nodes;
        const read = async () => ({ cpu: cpuSecondsOf(node.server.pid), figure: await readMetrics(node) });
        const before = await read();
        const { requests, latency } = await load(node.server.url, token, Number(flags.seconds));
        const after = await read();
        const grown = (name) => (after.figure(name) - before.figure(name)) / requests.total;
        rounds.push({
          perSecond: requests.average,
          p50: latency.p50,
          p99: latency.p99,
          cpu: ((after.cpu - before.cpu) / requests.total) * 1e6,
          asked: grown('latchkey_database_operations_total'),
          refreshes: grown('latchkey_lease_refreshes_total') * 1_000,
        });
      }
    }
    const [lease] = clusters;
    const median = ({ rounds }, figure) => rounds.map((round) => round[figure]).sort((a, b) => a - b)[Math.floor(ROUNDS / 2)];
    for (const each of clusters) {
      const shares = each.rounds.map((round, index) => round.perSecond / lease.rounds[index].perSecond);
      const spread = `${Math.min(...shares).toFixed(2)}–${Math.max(...shares).toFixed(2)}`;
      const cells = [
        each.mode,
        nodes,
        revocations,
        Math.round(median(each, 'perSecond')),
        spread,
        median(each, 'p50'),
        median(each, 'p99'),
        Math.round(median(each, 'cpu')),
        median(each, 'asked').toFixed(2),
        median(each, 'refreshes').toFixed(1),
      ];
      console.log(`| ${cells.join(' | ')} |`);
    }
  } finally {
    for (const { cluster } of clusters) await cluster.stop();
  }
}

console.log(`load ${loadavg()[0].toFixed(1)}; ${ROUNDS} rounds of ${flags.seconds} s, ${CONNECTIONS} connections; medians`);
console.log(
  '| mode | nodes | revoked | requests/s | relative to lease, by round | p50 ms | p99 ms | CPU µs | database operations/request | refreshes/1000 requests |',
);
console.log('|---|---|---|---|---|---|---|---|---|---|');
for (const revocations of numbers(flags.revocations)) for (const nodes of numbers(flags.nodes)) await measure(nodes, revocations);
