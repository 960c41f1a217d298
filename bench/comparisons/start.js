/** Comparison of starts of the built server, and the memory of the idle server. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fillBlacklist } from '../blacklist.js';
import { FOREIGN } from '../contest.js';
import { startTimed } from '../starts.js';
import { intervalOf, judge, medianOf } from '../statistics.js';

const SIZES = [
  { size: 0, goal: { atMost: 0.5 } },
  { size: 1_000_000, goal: { atMost: 3 } },
];
const IDLE_MB = { atMost: 130 };

export const title = 'Start and idle memory';

export async function measure({ rounds }, tell) {
  const folders = SIZES.map(() => mkdtempSync(join(tmpdir(), 'latchkey-bench-')));
  try {
    for (const [index, { size }] of SIZES.entries()) {
      await (await startTimed(folders[index], 0)).stop();
      fillBlacklist(folders[index], size);
    }
    const seconds = SIZES.map(() => []);
    const foreign = [];
    for (let round = 0; round < rounds; round += 1) {
      for (const [index, { size }] of SIZES.entries()) {
        const { milliseconds, foreign: share, stop } = await startTimed(folders[index], size);
        foreign.push(share);
        seconds[index].push(milliseconds / 1000);
        await stop();
      }
      tell(`start ${round + 1} of ${rounds}: ${seconds.map((list) => list.at(-1).toFixed(2)).join(' and ')} s`);
    }
    const isDisturbed = medianOf(foreign) > FOREIGN;
    const figures = SIZES.map(({ size, goal }, index) => {
      const interval = intervalOf(seconds[index]);
      const name = `ready after start, ${size.toLocaleString('en')} live revocations`;
      return { name, unit: 's', ...interval, goal, verdict: isDisturbed ? 'disturbed' : judge(interval, goal) };
    });
    for (const [index, { size }] of SIZES.entries()) {
      const server = await startTimed(folders[index], size);
      const megabytes = await server.measureIdle();
      await server.stop();
      const interval = { median: megabytes, low: megabytes, high: megabytes };
      const name = `resident memory, idle for 10 s, ${size.toLocaleString('en')} live revocations`;
      figures.push({ name, unit: 'MB', ...interval, ...(size === 0 ? { goal: IDLE_MB, verdict: judge(interval, IDLE_MB) } : {}) });
    }
    return { asked: '`node scripts/start.js` of a built server, on every core, until `/readyz` answers 200', figures };
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  }
}
