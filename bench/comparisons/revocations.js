/** Comparison by number of live revocations: requests per second, and the cost of one check. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { fillBlacklist } from '../blacklist.js';
import { asking, nameOf, startContenders } from '../contenders.js';
import { contest, SERVING_CORE } from '../contest.js';
import { commandOn } from '../cores.js';
import { PROFILE } from '../peers/operations.js';
import { ratioOf } from '../ratios.js';
import { NO_LIMITS } from '../server.js';
import { intervalOf, judge } from '../statistics.js';

const SIZES = [0, 10_000, 100_000, 1_000_000];
const MAX_MORE_MICROS = 1;

export const title = 'Growth with live revocations';

const label = (size) => `${nameOf('latchkey')}, ${size.toLocaleString('en')} revocations`;

export async function measure(plan, tell) {
  const started = [];
  try {
    const contenders = [];
    for (const size of SIZES) {
      const contest = await startContenders([], {
        prepare: (server) => server.restart({ ...NO_LIMITS, NODE_ENV: 'production' }, () => fillBlacklist(server.dataDir, size)),
      });
      started.push(contest);
      contenders.push(await asking(contest.all.latchkey, '{ profile { id email name } }', { profile: PROFILE }, { name: label(size) }));
    }
    const results = await contest(contenders, plan, tell);
    for (const { stop } of started.splice(0)) await stop();
    tell('the check alone');
    return {
      asked: '`{ profile { id email name } }` on four servers with different numbers of live revocations; and the check alone, in a loop',
      results,
      ratios: SIZES.slice(1).map((size) => ratioOf(results, label(size), label(0))),
      figures: measureCheck(plan.rounds),
    };
  } finally {
    for (const { stop } of started) await stop();
  }
}

function measureCheck(rounds) {
  const [command, ...before] = commandOn(SERVING_CORE);
  const script = fileURLToPath(new URL('../check-cost.js', import.meta.url));
  const { stdout, stderr, status } = spawnSync(command, [...before, script, SIZES.join(','), String(2 * rounds)], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  const times = JSON.parse(stdout);
  const more = times.at(-1).map((time, round) => time - times[0][round]);
  const goal = { atMost: MAX_MORE_MICROS };
  return [
    ...SIZES.map((size, index) => ({
      name: `one check, ${size.toLocaleString('en')} revocations`,
      unit: 'µs',
      ...intervalOf(times[index]),
    })),
    { name: 'one check at 1,000,000, minus one check at 0', unit: 'µs', ...intervalOf(more), goal, verdict: judge(intervalOf(more), goal) },
  ];
}
