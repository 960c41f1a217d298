/** Installs the packages of the peers and generates their Prisma client, if they are missing or have changed. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const here = fileURLToPath(new URL('./', import.meta.url));
const stamp = `${here}node_modules/.installed`;
const schema = `${here}peers/schema.prisma`;

export function installPeers() {
  refuseOtherVersions();
  const wanted = ['package-lock.json', 'peers/schema.prisma'].map((name) => readFileSync(here + name, 'utf8')).join('\n');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const shell = process.platform === 'win32';
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: here,
    stdio: ['ignore', 2, 2],
    shell,
  });
  // Prisma looks for its native engine although generating does not need it; any existing file satisfies it.
  const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: '1', CHECKPOINT_DISABLE: '1' };
  run(['prisma/build/index.js', 'generate', '--no-hints', '--schema', schema], env);
  run(['typescript/bin/tsc', '-p', `${here}peers/tsconfig.json`], process.env);
  writeFileSync(stamp, wanted);
}

function run([script, ...args], env) {
  execFileSync(process.execPath, [`${root}node_modules/${script}`, ...args], { cwd: root, env, stdio: ['ignore', 2, 2] });
}

/** Peers must use the same versions of shared packages as Latchkey; otherwise the comparison would measure the packages. */
function refuseOtherVersions() {
  const versionsOf = (path) => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(path, 'utf8'));
    return { ...devDependencies, ...dependencies };
  };
  const ours = versionsOf(`${root}package.json`);
  for (const [name, version] of Object.entries(versionsOf(`${here}package.json`))) {
    if (ours[name] !== undefined && ours[name] !== version) {
      throw new Error(`bench/package.json has ${name} ${version}, but package.json has ${ours[name]}: make them equal`);
    }
  }
}
