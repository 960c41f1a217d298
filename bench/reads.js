/** Sends reads at fixed times whether or not earlier ones have been answered, as independent users do. */
import { setTimeout as pause } from 'node:timers/promises';
import { quantile } from './statistics.js';

/** Sends a read every few milliseconds and times it from when it was due. @returns the times in milliseconds, sorted */
export async function measureReads({ post }, credentials, everyMs, seconds) {
  const times = [];
  const reads = [];
  const begun = performance.now();
  for (let due = begun; due < begun + seconds * 1000; due += everyMs) {
    await pause(Math.max(0, due - performance.now()));
    reads.push(
      post('{ me { id } }', {}, credentials).then(({ data }) => {
        if (!data.me) throw new Error('a read was refused');
        times.push(performance.now() - due);
      }),
    );
  }
  await Promise.all(reads);
  return times.sort((a, b) => a - b);
}

/** The same, as a round of a contest. */
export async function openReads(contender, headers, { perSecond, seconds }) {
  const times = await measureReads(contender, headers, 1000 / perSecond, seconds);
  return { count: times.length, seconds, perSecond: times.length / seconds, p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}
