/**
 * Prints where an authorized request spends its time in Latchkey, by layer and by function, from V8's sampling profiler:
 * `node bench/profile.js [--seconds 10] [--query '{ profile { id email name } }' | --login] [--public] [--top 40]`.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ASKING_CORE, SERVING_CORE } from './contest.js';
import { pin } from './cores.js';
import { load } from './load.js';
import { createClient, LOGIN, NO_LIMITS, PASSWORD, REGISTER, startServer } from './server.js';

const WARM_UP_SECONDS = 4;
const INTERVAL_MICROS = 100;

/** A sample counts for the layer of its innermost frame that belongs to any layer. */
const LAYERS = [
  ['type-graphql wrapper', /type-graphql\/build/],
  ['graphql execute', /node_modules\/graphql\/execution/],
  ['execution plan', /dist\/graphql\/(execution-plan|planned-fields|prepared-operations)/],
  ['graphql other (parse, validate, ast)', /node_modules\/graphql\//],
  ['query limits (armor)', /@escape\.tech/],
  ['apollo pipeline', /@apollo\/|apollo-server/],
  ['revocation check', /dist\/revocation\//],
  ['auth checker', /dist\/door\/(auth-checker|guards)/],
  ['jwt verify, token cache', /dist\/(features\/tokens|caller)\/access-token|jsonwebtoken|\/jws\/|\/jwa\//],
  ['lru-cache', /lru-cache/],
  ['context builder', /dist\/door\/authenticate|dist\/lib\/queue/],
  ['our http route', /dist\/http\/graphql-route/],
  ['document store', /dist\/http\/document-store/],
  ['helmet', /helmet/],
  ['cors', /@fastify\/cors/],
  ['own server hooks, request id', /dist\/http\/|dist\/http-server|dist\/app/],
  ['json body parsing', /secure-json-parse|fastify\/lib\/content-type-parser/],
  ['fastify', /node_modules\/(fastify|find-my-way|avvio|@fastify|light-my-request)\//],
  ['logging (pino)', /\/pino\/|sonic-boom/],
  ['metrics', /prom-client/],
  ['SQLite (libsql)', /libsql\/index|dist\/database\/sqlite/],
  ['Prisma: making plans', /^wasm:|query_compiler/],
  ['Prisma', /@prisma\/|node_modules\/(async-mutex|@libsql)\//],
  ['passwords (argon2), on the event loop', /@node-rs\/argon2/],
  ['own domain, database gate', /dist\/(features|database|lib\/event-queue)/],
  ['the resolver', /own-resolver/],
  ['node http', /^node:(_http|internal\/http|http)/],
  ['node net, streams', /^node:(net|stream|internal\/streams|internal\/stream_base|_stream|events|buffer|internal\/buffer|string_decoder)/],
  ['node timers, promises, async hooks', /^node:(timers|internal\/timers|internal\/process|internal\/async|async_hooks|diagnostics)/],
  ['node other', /^node:/],
];

const { values: flags } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    query: { type: 'string', default: '{ profile { id email name } }' },
    public: { type: 'boolean', default: false },
    login: { type: 'boolean', default: false },
    top: { type: 'string', default: '40' },
  },
});

const folder = mkdtempSync(join(tmpdir(), 'latchkey-profile-'));
const profiling = ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-interval=${INTERVAL_MICROS}`];

try {
  pin(process.pid, ASKING_CORE);
  const script = fileURLToPath(new URL('node.js', import.meta.url));
  const server = await startServer({ ...NO_LIMITS, NODE_ENV: 'production' }, script, SERVING_CORE, profiling);
  const client = createClient(server.url);
  const { data } = await client.post(REGISTER, { email: 'ada@example.com', password: PASSWORD });
  client.close();
  const login = JSON.stringify({ query: LOGIN, variables: { email: 'ada@example.com', password: PASSWORD } });
  const headers = flags.public ? {} : { authorization: `Bearer ${data.register.accessToken}` };
  const question = { headers, body: flags.login ? login : JSON.stringify({ query: flags.query }) };
  await load(server.url, question, 32, { seconds: WARM_UP_SECONDS });
  const begunAt = performance.now();
  const { perSecond, count } = await load(server.url, question, 32, { seconds: Number(flags.seconds) });
  const took = performance.now() - begunAt;
  await server.stop();
  const [file] = readdirSync(folder);
  const sampled = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  print(sampled, { took, count, perSecond });
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Prints the samples of the load, without the shutdown after it. */
function print({ nodes, samples, timeDeltas }, { took, count, perSecond }) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  for (const node of nodes) for (const child of node.children ?? []) byId.get(child).parent = node;
  const layerOf = new Map();
  const self = new Map();
  const inclusive = new Map();
  const layers = new Map();
  const add = (map, key, time) => map.set(key, (map.get(key) ?? 0) + time);
  let total = 0;
  let idle = 0;
  // Go back from the end: the load ended a little earlier, and the server was idle after it.
  let isOver = true;
  let left = took * 1000;
  for (let index = samples.length - 1; index >= 0 && left > 0; index -= 1) {
    const time = timeDeltas[index];
    const node = byId.get(samples[index]);
    const name = node.callFrame.functionName;
    if (isOver && !(node.callFrame.url.includes('dist/') || node.callFrame.url.includes('graphql/execution'))) continue;
    isOver = false;
    left -= time;
    if (name === '(idle)') {
      idle += time;
      continue;
    }
    total += time;
    add(self, labelOf(node), time);
    add(layers, layerOfSample(node, layerOf), time);
    const seen = new Set();
    for (let frame = node; frame; frame = frame.parent) {
      const label = labelOf(frame);
      if (!seen.has(label)) add(inclusive, label, time);
      seen.add(label);
    }
  }
  const perRequest = (time) => (time / count).toFixed(2).padStart(8);
  const share = (time) => `${((time / total) * 100).toFixed(1).padStart(5)} %`;
  console.log(
    `${Math.round(perSecond)} requests/s while sampled, ${(total / count).toFixed(1)} µs each, idle ${((idle / (idle + total)) * 100).toFixed(1)} %`,
  );
  const list = (title, map, howMany, leave = () => false) => {
    console.log(`\n${title}\n   µs/req    share`);
    const sorted = [...map].filter(([label]) => !leave(label)).sort(([, a], [, b]) => b - a);
    for (const [label, time] of sorted.slice(0, howMany)) console.log(`${perRequest(time)}  ${share(time)}  ${label}`);
  };
  list('By layer (self, and what it calls in no layer)', layers, LAYERS.length + 5);
  list('Functions, self', self, Number(flags.top));
  list('Functions, inclusive', inclusive, 2 * Number(flags.top), (label) => /^\(/.test(label));
}

function layerOfSample(node, known) {
  if (known.has(node)) return known.get(node);
  let layer = node.callFrame.functionName.startsWith('(') ? node.callFrame.functionName : null;
  for (let frame = node; frame && layer === null; frame = frame.parent) {
    layer = LAYERS.find(([, pattern]) => pattern.test(frame.callFrame.url))?.[0] ?? null;
  }
  known.set(node, layer ?? 'other');
  return layer ?? 'other';
}

function labelOf({ callFrame: { functionName, url, lineNumber } }) {
  const place = url
    .replace(/^file:\/\//, '')
    .replace(/^.*node_modules\//, '')
    .replace(/^.*\/(dist|bench)\//, '$1/');
  return `${functionName || '(anonymous)'}${place === '' ? '' : `  ${place}:${lineNumber + 1}`}`;
}
