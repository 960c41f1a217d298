/** Generates load with autocannon: many connections, each with one request after another. */
import autocannon from 'autocannon';
import { quantile } from './statistics.js';

const JSON_HEADERS = { 'content-type': 'application/json' };

/**
 * @param question either `{ body, headers, expect }` for the same request each time, where `expect` is the whole body of the right answer;
 * or `{ next, answered }`, where `next()` returns each `{ body, headers }` (a few are never sent) and `answered` gets each answer
 * @param extent `{ seconds }` or `{ amount }`
 * @throws if any answer is wrong: the time of wrong answers means nothing
 */
export async function load(url, { headers = {}, body, expect, next, answered }, connections, { seconds, amount }) {
  const times = [];
  let failure = null;
  // An error thrown inside a callback of autocannon would end this process and leave the servers running.
  const fail = (error) => {
    failure ??= error;
    run.stop();
  };
  const begun = performance.now();
  const run = autocannon({
    url,
    method: 'POST',
    connections: amount === undefined ? connections : Math.min(connections, amount),
    headers: { ...JSON_HEADERS, ...headers },
    timeout: 30,
    ...(body === undefined ? {} : { body }),
    ...(next === undefined ? {} : { requests: [asRequest(next, answered, fail)] }),
    ...(amount === undefined ? { duration: seconds } : { amount }),
    ...(expect === undefined ? {} : { expectBody: expect }),
  });
  let lastAt = begun;
  run.on('response', (_client, _status, _bytes, milliseconds) => {
    times.push(milliseconds);
    lastAt = performance.now();
  });
  const { errors, mismatches, non2xx, timeouts } = await run;
  if (failure !== null) throw failure;
  const took = (lastAt - begun) / 1000;
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
  };
}

function asRequest(next, answered, fail) {
  return {
    setupRequest(request, context) {
      const { key, headers = {}, ...rest } = next();
      context.key = key;
      return { ...request, ...rest, headers: { ...JSON_HEADERS, ...headers } };
    },
    onResponse(_status, text, { key }) {
      try {
        answered(JSON.parse(text), key);
      } catch (error) {
        fail(error);
      }
    },
  };
}
