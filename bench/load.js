/** Load from this process, by autocannon: many connections, each with one request after another. */
import { cpuUsage } from 'node:process';
import autocannon from 'autocannon';
import { quantile } from './statistics.js';

/**
 * @param question `{ body }` and perhaps `{ headers, expect, requests }`; `expect` is the whole body of every right answer
 * @param extent `{ seconds }` or `{ amount }`
 * @throws if an answer was wrong: a figure of wrong answers is none
 */
export async function load(url, { headers = {}, body, expect, requests }, connections, { seconds, amount }) {
  const times = [];
  const before = cpuUsage();
  const begun = performance.now();
  const run = autocannon({
    url,
    method: 'POST',
    connections: amount === undefined ? connections : Math.min(connections, amount),
    headers: { 'content-type': 'application/json', ...headers },
    timeout: 30,
    ...(body === undefined ? {} : { body }),
    ...(requests === undefined ? {} : { requests }),
    ...(amount === undefined ? { duration: seconds } : { amount }),
    ...(expect === undefined ? {} : { expectBody: expect }),
  });
  let lastAt = begun;
  run.on('response', (_client, _status, _bytes, milliseconds) => {
    times.push(milliseconds);
    lastAt = performance.now();
  });
  const { errors, mismatches, non2xx, timeouts } = await run;
  const took = (lastAt - begun) / 1000;
  const { user, system } = cpuUsage(before);
  if (errors + mismatches + non2xx + timeouts > 0 || times.length === 0) {
    throw new Error(`${url}: ${errors} errors, ${mismatches} wrong answers, ${non2xx} refusals, ${timeouts} time-outs`);
  }
  times.sort((a, b) => a - b);
  return {
    count: times.length,
    seconds: took,
    perSecond: times.length / took,
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    askerBusy: (user + system) / 1e6 / took,
  };
}
