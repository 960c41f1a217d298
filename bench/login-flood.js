/**
 * Measures an authorized read alone and during a flood of logins, 500 at once, again and again:
 * `node bench/login-flood.js [seconds per phase]`. Another thread sends the logins.
 */
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { measureReads } from './reads.js';
import { createClient, LOGIN, NO_LIMITS, PASSWORD, quantile, REGISTER, startServer } from './server.js';

const SECONDS = Number(process.argv[2] ?? 10);
const AT_ONCE = 500;
const USERS = 50;
const READ_EVERY_MS = 5;
const READERS = 10;

const emailOf = (index) => `user-${index % USERS}@example.com`;

/** The thread that sends logins until it gets a message to stop. */
async function flood({ url, password }) {
  const client = createClient(url);
  const counts = { rounds: 0, right: 0, wrong: 0, limited: 0, other: 0 };
  let isOver = false;
  parentPort.once('message', () => {
    isOver = true;
  });
  while (!isOver) {
    const answers = await Promise.all(
      Array.from({ length: AT_ONCE }, (_, index) => client.post(LOGIN, { email: emailOf(index), password })),
    );
    counts.rounds += 1;
    for (const { data, errors } of answers) {
      if (data?.login?.accessToken) counts.right += 1;
      else if (data?.login) counts.wrong += 1;
      else if (errors[0].extensions.code === 'RATE_LIMITED' && errors[0].extensions.retryAfter >= 1) counts.limited += 1;
      else counts.other += 1;
    }
  }
  client.close();
  parentPort.postMessage(counts);
}

async function measureUnderFlood(url, reader, token, password) {
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: { url, password } });
  await pause(500);
  const times = await measureReads(reader, token, READ_EVERY_MS, SECONDS);
  worker.postMessage('stop');
  const [counts] = await once(worker, 'message');
  return { times, counts };
}

function print(what, times, alone, counts) {
  const of = (list) => [0.5, 0.99, 1].map((share) => quantile(list, share));
  const line = of(times).map((time, index) => `${time.toFixed(1)} ms (${(time / of(alone)[index]).toFixed(1)}x)`);
  console.log(`${what}: p50 ${line[0]}, p99 ${line[1]}, max ${line[2]}`);
  if (counts) {
    const { rounds, right, wrong, limited, other } = counts;
    console.log(
      `  ${rounds} floods of ${AT_ONCE}: ${right} logged in, ${wrong} refused for a wrong password, ${limited} RATE_LIMITED, ${other} with another answer`,
    );
  }
}

async function run(title, settings, floods) {
  const server = await startServer(settings);
  const reader = createClient(server.url, READERS);
  try {
    console.log(title);
    for (let index = 0; index < USERS; index += 1) await reader.post(REGISTER, { email: emailOf(index), password: PASSWORD });
    const token = (await reader.post(LOGIN, { email: emailOf(0), password: PASSWORD })).data.login.accessToken;
    await measureReads(reader, token, READ_EVERY_MS, 2);
    const alone = await measureReads(reader, token, READ_EVERY_MS, SECONDS);
    print('reads alone', alone, alone);
    for (const [what, password] of floods) {
      const { times, counts } = await measureUnderFlood(server.url, reader, token, password);
      print(`reads while ${what}`, times, alone, counts);
    }
  } finally {
    reader.close();
    await server.stop();
  }
}

if (isMainThread) {
  const wrong = ['wrong passwords flood in', 'not the password'];
  await run('With budgets so large that they refuse nothing:', NO_LIMITS, [wrong, ['right passwords flood in', PASSWORD]]);
  await run('With the default budgets:', {}, [wrong]);
} else {
  await flood(workerData);
}
