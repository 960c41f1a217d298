/** Times the start of the built server, from its start script to the first 200 from /readyz. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { busySecondsOf, commandOn, cpuSecondsOf, EVERY_CORE, residentMegabytesOf } from './cores.js';

const IDLE_MS = 10_000;
const script = fileURLToPath(new URL('../scripts/start.js', import.meta.url));

/** @param expected the number of live revocations that must be in memory by then */
export async function startTimed(dataDir, expected) {
  const [command, ...before] = commandOn(EVERY_CORE);
  const begun = performance.now();
  const used = { all: busySecondsOf(''), own: cpuSecondsOf(process.pid) };
  const child = spawn(command, [...before, script], {
    env: { PATH: process.env.PATH, DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  let url;
  let metricsUrl;
  while (url === undefined) {
    const [chunk] = await once(child.stdout, 'data');
    printed += chunk;
    url = /listens at (\S+)\/graphql/.exec(printed)?.[1];
    metricsUrl = /Metrics: (\S+)/.exec(printed)?.[1];
  }
  const { status } = await fetch(`${url}/readyz`);
  if (status !== 200) throw new Error(`/readyz answered ${status}`);
  const milliseconds = performance.now() - begun;
  const own = cpuSecondsOf(child.pid) + cpuSecondsOf(process.pid) - used.own;
  const foreign = Math.max(0, (busySecondsOf('') - used.all - own) / (milliseconds / 1000) / cpus().length) || 0;
  const metrics = await (await fetch(metricsUrl)).text();
  const live = Number(/^latchkey_revocations_live (\d+)/m.exec(metrics)?.[1]);
  if (live !== expected) throw new Error(`${live} revocations were in memory, not ${expected}`);
  return {
    milliseconds,
    /** The share of all cores that other programs used during the start. */
    foreign,
    /** Resident megabytes after a while without requests. */
    async measureIdle() {
      await pause(IDLE_MS);
      return residentMegabytesOf(child.pid);
    },
    async stop() {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}
