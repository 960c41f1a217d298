/** Prints how long a logout takes over HTTP, one after another, on SQLite: `node bench/logout.js [how many]`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const LOGOUTS = Number(process.argv[2] ?? 1000);
const WARM_UP = 50;
const PASSWORD = 'correct horse battery';
const script = fileURLToPath(new URL('../scripts/start.js', import.meta.url));
const dataDir = mkdtempSync(join(tmpdir(), 'latchkey-bench-'));
const agent = new Agent({ keepAlive: true });

function post(url, query, variables, token) {
  const body = JSON.stringify({ query, variables });
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  return new Promise((resolve, reject) => {
    const call = request(url, { method: 'POST', agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve(JSON.parse(text).data));
    });
    call.on('error', reject).end(body);
  });
}

/** Users of their own, because one has at most 100 sessions. */
async function logInMany(url, howMany) {
  const tokens = [];
  const LOGIN = 'mutation($email: String!, $password: String!) { login(input: { email: $email, password: $password }) { accessToken } }';
  const REGISTER = LOGIN.replace('login', 'register');
  while (tokens.length < howMany) {
    const variables = { email: `user-${tokens.length}@example.com`, password: PASSWORD };
    tokens.push((await post(url, REGISTER, variables)).register.accessToken);
    const more = Math.min(99, howMany - tokens.length);
    const answers = await Promise.all(Array.from({ length: more }, () => post(url, LOGIN, variables)));
    tokens.push(...answers.map(({ login }) => login.accessToken));
  }
  return tokens;
}

const child = spawn(process.execPath, [script], {
  env: { PATH: process.env.PATH, DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'warn' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  let printed = '';
  while (!/listens at \S+\n/.test(printed)) printed += (await once(child.stdout, 'data'))[0];
  const url = /listens at (\S+)/.exec(printed)[1];
  const times = [];
  for (const token of await logInMany(url, WARM_UP + LOGOUTS)) {
    const begun = performance.now();
    const { logout } = await post(url, 'mutation { logout { endedSessions } }', {}, token);
    times.push(performance.now() - begun);
    if (logout.endedSessions !== 1) throw new Error('a logout ended nothing');
  }
  const sorted = times.slice(WARM_UP).sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))].toFixed(2);
  console.log(`${LOGOUTS} logouts, one after another: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms`);
} finally {
  agent.destroy();
  child.kill('SIGTERM');
  await once(child, 'exit');
  rmSync(dataDir, { recursive: true, force: true });
}
