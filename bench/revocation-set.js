/**
 * Compares a Map, a Set, the packed table and the set of the server: time per look-up, bytes per id, the longest pauses while adding and
 * forgetting, and the memory that remains: `node bench/revocation-set.js [--sizes 10000,100000,1000000]`.
 */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { loadavg } from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createPackedId, packId } from '../dist/revocation/memory/packed-id.js';
import { PackedTable } from '../dist/revocation/memory/packed-table.js';
import { Replica } from '../dist/revocation/memory/replica.js';
import { RevocationSet } from '../dist/revocation/memory/revocation-set.js';
import { quantile } from './server.js';

const ASKED = 10_000;
const ROUNDS = 51;
const LIFE_MS = 900_000;
const NOW = 1_800_000_000_000;
/** The number of ids that one batch of pruning removes. */
const BATCH = 500;

const packed = createPackedId();
const until = () => NOW + Math.floor(Math.random() * LIFE_MS);

const KINDS = {
  Map: () => {
    const map = new Map();
    return { add: (id) => map.set(id, until()), has: (id) => map.has(id) };
  },
  Set: () => {
    const set = new Set();
    return { add: (id) => set.add(id), has: (id) => set.has(id) };
  },
  packed: () => {
    const table = new PackedTable();
    return {
      add: (id) => packId(id, packed) && table.add(packed, until()),
      has: (id) => packId(id, packed) && table.has(packed),
      forgetUntil: (instant) => table.forgetUntil(instant),
    };
  },
  'the set': () => {
    const set = new RevocationSet();
    return { add: (id) => set.add(id, until()), has: (id) => set.has(id), forgetUntil: (instant) => set.forgetUntil(instant) };
  },
  'the set, whole check': createCheck,
};

/** The check of one token looks up three ids: its session, the token and its signing key. */
function createCheck() {
  const replica = new Replica();
  replica.apply({ since: 0, state: { version: 0, generation: 1, prunedBefore: new Date(0) }, rows: [] });
  const others = Array.from({ length: ASKED }, newId);
  let asked = 0;
  return {
    add: (id) => replica.add([{ id, revokedUntil: new Date(until()) }]),
    has: (sid) => {
      asked = (asked + 1) % ASKED;
      return replica.verdictOn({ sid, jti: others[asked], kid: others[0], gen: 1, exp: NOW }) !== 'live';
    },
  };
}

const newId = () => randomBytes(16).toString('base64url');
/** An equal but different string, as it comes out of a token. */
const copyOf = (id) => Buffer.from(id).toString();

/** Native memory is released only when the event loop turns. */
async function bytesInUse() {
  for (let round = 0; round < 4; round += 1) {
    globalThis.gc();
    await nextTurn();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function timeLookUps(has, ids, expected) {
  const times = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const begun = performance.now();
    let found = 0;
    for (const id of ids) if (has(id)) found += 1;
    times.push(((performance.now() - begun) / ids.length) * 1000);
    if (found !== expected) throw new Error(`found ${found} of ${ids.length} ids instead of ${expected}`);
  }
  times.sort((a, b) => a - b);
  return { median: quantile(times, 0.5), best: times[0] };
}

async function measure(kind, size) {
  const hits = [];
  const misses = Array.from({ length: ASKED }, newId);
  const before = await bytesInUse();
  const ids = KINDS[kind]();
  let [longestAdd, adding] = [0, 0];
  for (let count = 0; count < size; count += 1) {
    const id = newId();
    if (hits.length < ASKED && (count * ASKED) / size >= hits.length) hits.push(copyOf(id));
    const begun = performance.now();
    ids.add(id);
    const took = performance.now() - begun;
    longestAdd = Math.max(longestAdd, took);
    adding += took;
  }
  const samples = hits.length * 48;
  const bytes = (await bytesInUse()) - before - samples;
  const result = { kind, size, longestAdd, adding, bytes: bytes / size };
  result.miss = timeLookUps(ids.has, misses, 0);
  result.hit = timeLookUps(ids.has, hits, hits.length);
  if (ids.forgetUntil === undefined) return result;
  // As pruning does: remove a batch of rows, then forget up to the last of them; in the end 99 of 100 ids are gone.
  const calls = Math.ceil((size * 0.99) / BATCH);
  result.longestForget = 0;
  for (let call = 1; call <= calls; call += 1) {
    const begun = performance.now();
    ids.forgetUntil(NOW + (call / calls) * 0.99 * LIFE_MS);
    result.longestForget = Math.max(result.longestForget, performance.now() - begun);
  }
  result.left = Math.max(0, (await bytesInUse()) - before - samples) / bytes;
  return result;
}

/** Measures each kind in a new process, so that its memory contains nothing of the previous one. */
function measureApart(kind, size) {
  const args = ['--expose-gc', fileURLToPath(import.meta.url), '--kind', kind, '--sizes', String(size)];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

const { values: flags } = parseArgs({
  options: { sizes: { type: 'string', default: '10000,100000,1000000' }, kind: { type: 'string' } },
});
const sizes = flags.sizes.split(',').map(Number);

if (flags.kind !== undefined) console.log(JSON.stringify(await measure(flags.kind, sizes[0])));
else {
  console.log(`Node ${process.version}, load ${loadavg()[0].toFixed(1)}`);
  console.log(
    '| ids | kept in | miss µs, median (best) | hit µs | bytes per id | adding all ms | longest add ms | longest forgetUntil ms | left after 99 % |',
  );
  console.log('|---|---|---|---|---|---|---|---|---|');
  for (const size of sizes) {
    for (const kind of Object.keys(KINDS)) {
      const { miss, hit, bytes, adding, longestAdd, longestForget, left } = measureApart(kind, size);
      const forgetting = left === undefined ? ['–', '–'] : [longestForget.toFixed(1), `${(left * 100).toFixed(0)} %`];
      const time = ({ median, best }) => `${median.toFixed(3)} (${best.toFixed(3)})`;
      const row = [size, kind, time(miss), time(hit), bytes.toFixed(1), adding.toFixed(0), longestAdd.toFixed(1), ...forgetting];
      console.log(`| ${row.join(' | ')} |`);
    }
  }
  console.log(`load ${loadavg()[0].toFixed(1)}`);
}
