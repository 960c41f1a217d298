/**
 * `npm test`: what a contributor must not break, in minutes: types, the API on SQLite, the rules of the house, the client, the command line
 * and the built server. `npm run test:rest` runs all the other tests, `npm run test:all` both. What follows `--` goes to Vitest.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const words = process.argv.slice(2);
const isOwn = (word) => word === '--all' || word === '--rest';
const others = words.filter((word) => !isOwn(word));
const parts = words.includes('--all') ? [runQuick, runRest] : words.includes('--rest') ? [runRest] : [runQuick];

// Both run, also after one has failed, so that one run tells everything.
process.exitCode = parts.map((run) => run()).every((isRight) => isRight) ? 0 : 1;

function runQuick() {
  const typesAreRight = run('npm', ['run', '--silent', 'types']);
  return vitest('quick', 'tests') && typesAreRight;
}

function runRest() {
  return vitest('rest', 'tests-rest');
}

/**
 * @param part one of vitest.config.ts
 * @param report the name of the report that CI counts the tests in
 */
function vitest(part, report) {
  return run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...others], { TEST_PART: part, TEST_REPORT: report });
}

function run(program, args, own = {}) {
  const cwd = fileURLToPath(new URL('../', import.meta.url));
  const shell = process.platform === 'win32' && program === 'npm';
  return spawnSync(program, args, { cwd, env: { ...process.env, ...own }, stdio: 'inherit', shell }).status === 0;
}
