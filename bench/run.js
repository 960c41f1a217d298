/**
 * `npm run bench`: builds, installs the peers, measures, and writes docs/benchmarks.json, docs/benchmarks.md and a plot for each comparison.
 *
 * `--quick` measures for a shorter time. `--only name,name` measures some comparisons; the others keep their earlier results.
 * `--minutes 10` adds the memory under load. `--dry` writes nothing.
 */
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { build, isStale } from '../scripts/build.js';
import { ASKING_CORE } from './contest.js';
import { pin } from './cores.js';
import { describeMachine } from './machine.js';
import { installPeers } from './peers.js';
import { printComparison } from './report/page.js';
import { readReport, writeReport } from './report/report.js';

const COMPARISONS = [
  'authorized',
  'from-database',
  'login',
  'login-and-reads',
  'refresh',
  'logout',
  'revocations',
  'connections',
  'fields',
  'start',
  'memory',
];

/** With fewer than 6 rounds no interval reaches a confidence of 95 %. */
const PLAN = { rounds: 7, seconds: 2, warmUpSeconds: 3, connections: 32 };
const QUICK = { rounds: 3, seconds: 1, warmUpSeconds: 1, connections: 32, repeats: 0 };
/** This comparison measures the same servers three times and shows a slope, so it needs fewer rounds. */
const FEWER = { connections: 5 };
const FEWER_QUICK = { connections: 2 };

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    minutes: { type: 'string' },
    dry: { type: 'boolean', default: false },
  },
});
const chosen = flags.only === undefined ? COMPARISONS : flags.only.split(',');
const minutes = Number(flags.minutes ?? 0);
const unknown = chosen.filter((name) => !COMPARISONS.includes(name));
if (unknown.length > 0 || !(minutes >= 0)) {
  console.error(`--only takes names from ${COMPARISONS.join(',')}; --minutes takes a number`);
  process.exit(2);
}

if (isStale()) build();
installPeers();
pin(process.pid, ASKING_CORE);

const report = readReport();
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
for (const name of chosen) {
  if (name === 'memory' && minutes === 0) continue;
  const { title, measure } = await import(`./comparisons/${name}.js`);
  console.error(`\n${title}`);
  const plan = { ...(flags.quick ? QUICK : PLAN), minutes };
  plan.rounds = Math.min(plan.rounds, (flags.quick ? FEWER_QUICK : FEWER)[name] ?? plan.rounds);
  const before = describeMachine();
  const found = await measure(plan, (text) => console.error(`  ${text}`), ASKING_CORE);
  report[name] = { title, measuredAt: new Date().toISOString(), commit, isQuick: flags.quick, plan, machine: before, ...found };
  console.log(printComparison(report[name]));
  // Write after each comparison, so that an interrupted run keeps its results.
  if (!flags.dry) writeReport(COMPARISONS, report);
}
