/**
 * `npm test`: what a contributor must not break, in minutes: types, the API on SQLite, the rules of the house, the client, the command line
 * and the built server. `npm run test:rest` runs all the other tests, `npm run test:all` both. What follows `--` goes to Vitest.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What `npm test` runs. Everything else, also what is added later, belongs to the rest. */
const QUICK = ['memory', 'client', 'server'];

const words = process.argv.slice(2);
const isOwn = (word) => word === '--all' || word === '--rest';
const others = words.filter((word) => !isOwn(word));
const parts = words.includes('--all') ? [runQuick, runRest] : words.includes('--rest') ? [runRest] : [runQuick];

// Both run, also after one has failed, so that one run tells everything.
process.exitCode = parts.map((run) => run()).every((isRight) => isRight) ? 0 : 1;

function runQuick() {
  const typesAreRight = run('npm', ['run', '--silent', 'types']);
  return vitest('tests', ['--config', 'vitest.config.ts', ...QUICK.flatMap((name) => ['--project', name])]) && typesAreRight;
}

function runRest() {
  return vitest('tests-rest', ['--config', 'vitest.all.config.ts', ...QUICK.flatMap((name) => ['--project', `!${name}`])]);
}

/** @param report the name of the report that CI counts the tests in */
function vitest(report, args) {
  return run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...args, ...others], { TEST_REPORT: report });
}

function run(program, args, own = {}) {
  const cwd = fileURLToPath(new URL('../', import.meta.url));
  const shell = process.platform === 'win32' && program === 'npm';
  return spawnSync(program, args, { cwd, env: { ...process.env, ...own }, stdio: 'inherit', shell }).status === 0;
}
