/** Comparison of resident memory: idle, and during minutes of authorized load. */
import { setTimeout as pause } from 'node:timers/promises';
import { startContenders } from '../contenders.js';
import { residentMegabytesOf } from '../cores.js';
import { load } from '../load.js';
import { PROFILE } from '../peers/operations.js';
import { judge, medianOf } from '../statistics.js';

const IDLE_MS = 10_000;
const SAMPLE_MS = 1_000;
const IDLE = { atMost: 150 };
const AFTER_LOAD = { atMost: 1.2 };
/** Compares the last quarter of the load with the second quarter, to find memory that keeps growing. */
const GROWTH = { atMost: 1.05 };

export const title = 'Memory under load';

export async function measure({ minutes, connections }, tell) {
  let idle;
  // Measure before the first registration: password hashing takes memory that the server keeps for a while.
  const prepare = async ({ pid }) => {
    await pause(IDLE_MS);
    idle = residentMegabytesOf(pid);
  };
  const { all, stop } = await startContenders([], { prepare });
  try {
    const { server, logIn } = all.latchkey;
    const samples = [];
    const sampling = setInterval(() => samples.push(Math.round(residentMegabytesOf(server.pid))), SAMPLE_MS);
    const expect = `${JSON.stringify({ data: { profile: PROFILE } })}\n`;
    const question = { body: JSON.stringify({ query: '{ profile { id email name } }' }), expect };
    tell(`${minutes} minutes of load`);
    let asked = 0;
    // An access token lives for fifteen minutes, so each minute gets a new one.
    for (let minute = 0; minute < minutes; minute += 1) {
      const seconds = Math.round(60 * Math.min(1, minutes - minute));
      asked += (await load(server.url, { ...question, headers: await logIn() }, connections, { seconds })).count;
      tell(`minute ${minute + 1}: ${samples.at(-1)} MB`);
    }
    clearInterval(sampling);
    await pause(IDLE_MS);
    const after = residentMegabytesOf(server.pid);
    const quarter = (index) => medianOf(samples.slice((samples.length * index) / 4, (samples.length * (index + 1)) / 4));
    const figure = (name, unit, value, goal) => {
      const interval = { median: value, low: value, high: value };
      return { name, unit, ...interval, ...(goal === undefined ? {} : { goal, verdict: judge(interval, goal) }) };
    };
    return {
      asked: `\`{ profile { id email name } }\` for ${minutes} minutes, ${asked.toLocaleString('en')} requests over ${connections} connections`,
      figures: [
        figure('idle for 10 s, before any request', 'MB', idle, IDLE),
        figure('under load, maximum', 'MB', Math.max(...samples)),
        figure('10 s after the load', 'MB', after),
        figure('after the load, relative to idle', '×', after / idle, AFTER_LOAD),
        figure('last quarter of the load, relative to the second quarter', '×', quarter(3) / quarter(1), GROWTH),
      ],
      samples,
    };
  } finally {
    await stop();
  }
}
