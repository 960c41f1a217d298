/**
 * `npm run bench`: builds, installs the peers, measures, and writes docs/internals/benchmarks.md, docs/internals/benchmarks.json and a plot of each comparison.
 *
 * `--quick` measures shorter, `--only name,name` some comparisons (the others keep what an earlier run found), `--minutes 10` the memory
 * under load as well, `--dry` writes nothing.
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
  'million',
  'memory',
];

/** Fewer rounds than 6 can't be sure of anything. */
const PLAN = { rounds: 7, seconds: 2, warmUpSeconds: 3, connections: 32 };
const QUICK = { rounds: 3, seconds: 1, warmUpSeconds: 1, connections: 32, repeats: 0 };
/** One asks the same servers three times over, and shows a slope rather than a ratio. */
const FEWER = { connections: 5, million: 5 };
const FEWER_QUICK = { connections: 2, million: 3 };

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
  console.error(`--only takes some of ${COMPARISONS.join(',')}; --minutes a number`);
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
  // After each one: who stops half-way keeps the half.
  if (!flags.dry) writeReport(COMPARISONS, report);
}
