/**
 * Tests whether response times reveal who is registered: `node bench/timing.js [--samples 500] [--seed 1] [--only login]`.
 * It sends one request after another, for known and unknown addresses in random order, each address once. A mail server in another
 * thread takes the mails. The exit code is 1 if a difference is more than noise.
 */
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { SMTPServer } from 'smtp-server';
import { compare, createRandom, describe, drawHistogram, shuffle } from './comparison.js';
import { createClient, LOGIN, NO_LIMITS, PASSWORD, REGISTER, startServer } from './server.js';

const WARM_UP = 50;
/** A difference with a smaller probability than this counts as more than noise. */
const NOISE = 0.01;
const USUAL_ADDRESS = '127.0.0.1';
const OTHER_ADDRESS = '127.0.0.2';
const SETTINGS = { ...NO_LIMITS, ACCESS_TOKEN_TTL: '1d', REAUTHENTICATION_TTL: '1d' };

const ask = (name, field) => `mutation($email: String!) { ${name}(input: { ${field}: $email }) { userErrors { code } } }`;
const WITHOUT_ERRORS = (name) => `{"${name}":{"userErrors":[]}}`;
const WRONG_CREDENTIALS = '{"login":{"accessToken":null,"userErrors":[{"code":"INVALID_CREDENTIALS"}]}}';
const REGISTER_BY_MAIL =
  'mutation($email: String!, $password: String!) { register(input: { email: $email, password: $password }) { userErrors { code } } }';

/** The requests: the query, the client address, and the answer that must come every time. */
const QUESTIONS = {
  login: { query: LOGIN, password: 'not the password', from: OTHER_ADDRESS, answer: WRONG_CREDENTIALS },
  'login-from-usual-address': { query: LOGIN, password: 'not the password', from: USUAL_ADDRESS, answer: WRONG_CREDENTIALS },
  register: { query: REGISTER_BY_MAIL, password: PASSWORD, from: OTHER_ADDRESS, answer: WITHOUT_ERRORS('register') },
  requestPasswordReset: {
    query: ask('requestPasswordReset', 'email'),
    from: OTHER_ADDRESS,
    answer: WITHOUT_ERRORS('requestPasswordReset'),
  },
  requestEmailChange: {
    query: ask('requestEmailChange', 'newEmail'),
    from: OTHER_ADDRESS,
    answer: WITHOUT_ERRORS('requestEmailChange'),
    isLoggedIn: true,
  },
};

const { values: flags } = parseArgs({
  options: { samples: { type: 'string', default: '500' }, seed: { type: 'string', default: '1' }, only: { type: 'string' } },
});
const SAMPLES = Number(flags.samples);
const ADDRESSES = SAMPLES + WARM_UP;
/** Both addresses have the same length, because a longer text takes more work. */
const known = (index) => `known-${String(index).padStart(6, '0')}@example.com`;
const unknown = (index) => `other-${String(index).padStart(6, '0')}@example.com`;

async function measure(server, { query, password, from, answer, isLoggedIn }, token, random) {
  const client = createClient(server.url, 1, from);
  const times = { known: [], unknown: [] };
  const post = async (kind, index) => {
    const email = kind === 'known' ? known(index) : unknown(index);
    const begun = performance.now();
    const { data, errors } = await client.post(query, password === undefined ? { email } : { email, password }, isLoggedIn && token);
    const time = performance.now() - begun;
    if (JSON.stringify(data) !== answer) throw new Error(`unexpected answer: ${JSON.stringify({ data, errors })}`);
    return time;
  };
  const both = (begin, end) =>
    shuffle(Array.from({ length: end - begin }, (_, index) => ['known', 'unknown'].map((kind) => [kind, begin + index])).flat(), random);
  try {
    for (const [kind, index] of both(SAMPLES, ADDRESSES)) await post(kind, index);
    for (const [kind, index] of both(0, SAMPLES)) times[kind].push(await post(kind, index));
  } finally {
    client.close();
  }
  return times;
}

function print(name, times, random) {
  const { difference, probability, found, halves } = compare(times.known, times.unknown, random);
  const isNoise = probability >= NOISE;
  console.log(`\n${name}: ${times.known.length} known, ${times.unknown.length} unknown`);
  console.log(`  known    ${describe(times.known)}`);
  console.log(`  unknown  ${describe(times.unknown)}`);
  console.log(`  ${''.padEnd(11)}|${'known'.padEnd(30)}|${'unknown'.padEnd(30)}|`);
  console.log(drawHistogram(times.known, times.unknown));
  console.log(
    `  medians differ by ${difference.toFixed(3)} ms, two halves of the known times by ${halves.toFixed(3)} ms; ` +
      `the test detects ${found.toFixed(3)} ms (p < ${NOISE})`,
  );
  console.log(`  p = ${probability.toFixed(4)}: ${isNoise ? 'within noise' : 'MORE THAN NOISE'}`);
  return isNoise;
}

/** The thread with a mail server that discards all mails. */
function takeMails() {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    onData: (stream, _session, done) => stream.on('end', done).resume(),
  });
  server.on('error', () => undefined);
  const listening = server.listen(0, '127.0.0.1', () => parentPort.postMessage(listening.address().port));
}

async function run() {
  const questions = Object.entries(QUESTIONS).filter(([name]) => flags.only === undefined || name === flags.only);
  const random = createRandom(Number(flags.seed));
  const worker = new Worker(fileURLToPath(import.meta.url));
  const [port] = await once(worker, 'message');
  const server = await startServer(SETTINGS);
  try {
    const client = createClient(server.url, 4, USUAL_ADDRESS);
    const emails = Array.from({ length: ADDRESSES }, (_, index) => known(index));
    const made = await Promise.all([...emails, 'caller@example.com'].map((email) => client.post(REGISTER, { email, password: PASSWORD })));
    client.close();
    const token = made.at(-1).data.register.accessToken;
    // Without a mail server a registration creates the user at once; from here on it needs a mailed code.
    const mail = { SMTP_URL: `smtp://127.0.0.1:${port}`, MAIL_FROM: 'login@example.com', APP_URL: 'https://app.example.com' };
    await server.restart({ ...SETTINGS, ...mail });
    for (const [name, question] of questions) {
      if (!print(name, await measure(server, question, token, random), random)) process.exitCode = 1;
    }
  } finally {
    await server.stop();
    await worker.terminate();
  }
}

if (isMainThread) await run();
else takeMails();
