/** Measures one revocation check for each size of the set, in alternating rounds: `node bench/check-cost.js 0,1000000 12` prints microseconds as JSON. */
import { randomBytes } from 'node:crypto';
import { Replica } from '../dist/revocation/memory/replica.js';

const ASKED = 20_000;
const NOW = 1_800_000_000_000;

const newId = () => randomBytes(16).toString('base64url');

function createReplica(size) {
  const replica = new Replica();
  replica.apply({ since: 0, state: { version: 0, generation: 1, prunedBefore: new Date(0) }, rows: [] });
  for (let left = size; left > 0; left -= 1) replica.add([{ id: newId(), revokedUntil: new Date(NOW + (left % 900_000)) }]);
  return replica;
}

/** Every token is different, so that no look-up finds its entry in the processor's cache from the one before. */
const tokens = Array.from({ length: ASKED }, () => ({ sid: newId(), jti: newId(), kid: newId(), gen: 1, exp: NOW }));

function time(replica) {
  const begun = performance.now();
  for (const token of tokens) if (replica.verdictOn(token) !== 'live') throw new Error('a live token was refused');
  return ((performance.now() - begun) / ASKED) * 1000;
}

const [sizes, rounds] = process.argv.slice(2);
const replicas = sizes.split(',').map((size) => createReplica(Number(size)));
for (const replica of replicas) for (let warm = 0; warm < 5; warm += 1) time(replica);
const times = replicas.map(() => []);
for (let round = 0; round < Number(rounds); round += 1) for (const [index, replica] of replicas.entries()) times[index].push(time(replica));
console.log(JSON.stringify(times));
