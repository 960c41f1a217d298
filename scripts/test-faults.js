/** `npm run test:faults -- --minutes 30 [--seed N] [--teeth]`: the fault run (docs/faults.md), for so long; with --teeth also every server that is broken on purpose. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '30' }, seed: { type: 'string' }, teeth: { type: 'boolean', default: false } },
});
if (!(Number(values.minutes) > 0) || (values.seed !== undefined && !Number.isSafeInteger(Number(values.seed)))) {
  console.error('--minutes is a number above 0, --seed a whole number');
  process.exit(2);
}

const env = { ...process.env, FAULT_MINUTES: values.minutes };
if (values.seed !== undefined) env.FAULT_SEED = values.seed;
if (values.teeth) env.FAULT_TEETH = 'all';
const files = ['test/fault-run/random.test.ts', ...(values.teeth ? ['test/fault-run/teeth.test.ts'] : [])];
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const { status } = spawnSync(process.execPath, [vitest, 'run', '--project', 'faults', '--disable-console-intercept=true', ...files], {
  cwd: fileURLToPath(new URL('../', import.meta.url)),
  env,
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
