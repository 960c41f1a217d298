/** `npm run check`: what CI runs. Every step runs, also after one has failed, so that one run tells everything. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const STEPS = ['types', 'lint', 'check:schema', 'check:docs', 'test'];

const root = fileURLToPath(new URL('../', import.meta.url));
const results = STEPS.map((step) => {
  console.log(`\n> npm run ${step}`);
  const { status } = spawnSync('npm', ['run', '--silent', step], { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  return { step, isRight: status === 0 };
});

console.log('');
for (const { step, isRight } of results) console.log(`${isRight ? 'right ' : 'FAILED'}  npm run ${step}`);
process.exitCode = results.every(({ isRight }) => isRight) ? 0 : 1;
