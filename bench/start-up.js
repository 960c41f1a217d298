/** Prints how long a start takes, already built, and what memory the idle server has: `node bench/start-up.js`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const STARTS = 7;
const IDLE_MS = 10_000;
const script = fileURLToPath(new URL('../scripts/start.js', import.meta.url));
const dataDir = mkdtempSync(join(tmpdir(), 'latchkey-bench-'));

/** From `node scripts/start.js` to the first 200 of /readyz. */
async function start() {
  const begun = performance.now();
  const child = spawn(process.execPath, [script], {
    env: { PATH: process.env.PATH, DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  let url;
  while (url === undefined) {
    const [chunk] = await once(child.stdout, 'data');
    printed += chunk;
    url = /listens at (\S+)\/graphql/.exec(printed)?.[1];
  }
  const { status } = await fetch(`${url}/readyz`);
  if (status !== 200) throw new Error(`/readyz answered ${status}`);
  return { child, milliseconds: performance.now() - begun };
}

async function stop(child) {
  child.kill('SIGTERM');
  await once(child, 'exit');
}

try {
  const first = await start();
  await stop(first.child);
  const times = [];
  for (let round = 0; round < STARTS; round += 1) {
    const { child, milliseconds } = await start();
    times.push(Math.round(milliseconds));
    await stop(child);
  }
  const idle = await start();
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const kilobytes = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${idle.child.pid}/status`, 'utf8'))?.[1]);
  await stop(idle.child);
  times.sort((a, b) => a - b);
  console.log(`first start, database made: ${Math.round(first.milliseconds)} ms`);
  console.log(`${STARTS} later starts to ready: median ${times[Math.floor(STARTS / 2)]} ms (${times.join(', ')})`);
  console.log(`resident memory, idle for ${IDLE_MS / 1000} s: ${Math.round(kilobytes / 1024)} MB`);
} finally {
  rmSync(dataDir, { recursive: true, force: true });
}
