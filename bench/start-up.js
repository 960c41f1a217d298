/**
 * Measures the start of the built server and the memory of the idle server: `node bench/start-up.js [--revocations 1000000]`.
 * Without the option the blacklist is empty.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fillBlacklist } from './blacklist.js';
import { startTimed } from './starts.js';

const STARTS = 7;
const dataDir = mkdtempSync(join(tmpdir(), 'latchkey-bench-'));

const { values: flags } = parseArgs({ options: { revocations: { type: 'string', default: '0' } } });
const revocations = Number(flags.revocations);

try {
  const first = await startTimed(dataDir, 0);
  await first.stop();
  fillBlacklist(dataDir, revocations);
  const times = [];
  for (let round = 0; round < STARTS; round += 1) {
    const { milliseconds, stop } = await startTimed(dataDir, revocations);
    times.push(Math.round(milliseconds));
    await stop();
  }
  const idle = await startTimed(dataDir, revocations);
  const megabytes = await idle.measureIdle();
  await idle.stop();
  times.sort((a, b) => a - b);
  console.log(`load ${loadavg()[0].toFixed(1)}`);
  console.log(`first start, which creates the database: ${Math.round(first.milliseconds)} ms`);
  console.log(
    `${STARTS} later starts to ready, ${revocations} live revocations: median ${times[Math.floor(STARTS / 2)]} ms (${times.join(', ')})`,
  );
  console.log(`resident memory, idle for 10 s: ${Math.round(megabytes)} MB`);
} finally {
  rmSync(dataDir, { recursive: true, force: true });
}
