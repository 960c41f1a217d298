/** `npm run check`: what CI runs. Every step runs, also after one has failed, so that one run tells everything; each says how long it took. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** `test` checks the types first; `test` and `test:rest` together are `test:all`. */
const STEPS = ['lint', 'check:schema', 'check:docs', 'test', 'test:rest'];

const root = fileURLToPath(new URL('../', import.meta.url));
const results = STEPS.map((step) => {
  console.log(`\n> npm run ${step}`);
  const startedAt = performance.now();
  const { status } = spawnSync('npm', ['run', '--silent', step], { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  return { step, isRight: status === 0, seconds: Math.round((performance.now() - startedAt) / 1_000) };
});

const lines = results.map(
  ({ step, isRight, seconds }) => `${isRight ? 'right ' : 'FAILED'} ${`${seconds}`.padStart(5)} s  npm run ${step}`,
);
console.log(`\n${lines.join('\n')}`);
if (process.env.CI) {
  // CI prints them again, at its end.
  mkdirSync(`${root}reports`, { recursive: true });
  writeFileSync(`${root}reports/check.txt`, `${lines.join('\n')}\n`);
}
process.exitCode = results.every(({ isRight }) => isRight) ? 0 : 1;
