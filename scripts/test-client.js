/** `npm run test:client -- --node 22`: the tests of the client, and the server that they are made against, on another Node. npm fetches it, into its own cache. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { node: { type: 'string', multiple: true } } });
const versions = values.node ?? ['22', '24'];

const root = fileURLToPath(new URL('../', import.meta.url));
/** The package `node` chooses one of these in a script of its own, which .npmrc forbids. */
const system = process.platform === 'win32' ? 'win' : process.platform;

for (const version of versions) {
  const node = ['exec', '--yes', `--package=node-${system}-${process.arch}@${version}`, '--', 'node'];
  run([...node, '--version']);
  run([...node, 'node_modules/vitest/vitest.mjs', 'run', '--project', 'client'], { TEST_REPORT: `client-node-${version}` });
}

function run(args, own = {}) {
  const env = { ...process.env, ...own };
  const { status } = spawnSync('npm', args, { cwd: root, env, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) process.exitCode = 1;
}
