/** `npm run dev`: the server, built and started again whenever a source changes. What no longer compiles is told, and the old server goes on. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, watch } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build, compile, isStale } from './build.js';

const root = fileURLToPath(new URL('../', import.meta.url));
/** An editor writes a file in several goes. */
const PAUSE_MS = 100;

/** What has changed since the last build. */
const changed = new Set();
let server;
let isEnding = false;
let timer;
let turn = Promise.resolve();

for (const folder of ['src', 'web', 'prisma']) watch(`${root}${folder}`, { recursive: true }, (_event, name) => note(`${folder}/${name}`));
// The server does not hear Ctrl-C itself (see `start`): it gets one signal, and ends in order.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => end(signal));

if (!isStale() || renew(build)) start();

function note(path) {
  // What the build itself writes.
  if (/generated|prisma\/postgresql\.prisma|node_modules/.test(path)) return;
  changed.add(path);
  clearTimeout(timer);
  timer = setTimeout(() => {
    turn = turn.then(restart);
  }, PAUSE_MS);
}

async function restart() {
  const paths = [...changed];
  changed.clear();
  console.error(`\n${paths.join(', ')} changed`);
  // The pages are made of `web` and of the client; only for them it takes long. A file that is gone must leave `dist` as well.
  const isSmall = paths.every((path) => /^src\/(?!client\/)/.test(path) && existsSync(`${root}${path}`));
  // The server reads its files as it needs them, so it must not run while they are replaced.
  if (!isSmall) await stop('SIGTERM');
  if (!renew(isSmall ? compile : build)) return;
  await stop('SIGTERM');
  start();
}

function renew(make) {
  try {
    make();
    return true;
  } catch {
    // The compiler has said why.
    console.error('Not built. Waiting for the next change ...');
    return false;
  }
}

async function end(signal) {
  // A restart may be on its way: it must not leave a server behind that nobody ends.
  isEnding = true;
  await stop(signal);
  process.exit(0);
}

function start() {
  if (isEnding) return;
  server = spawn(process.execPath, [`${root}dist/cli/latchkey.js`, 'start'], { cwd: process.cwd(), stdio: 'inherit', detached: true });
}

async function stop(signal) {
  if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
  server.kill(signal);
  await once(server, 'exit');
}
