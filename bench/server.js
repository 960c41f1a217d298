/** Starts the built server as a process with a fresh folder, on SQLite by default, and sends it requests. All measurements use it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commandOn } from './cores.js';

export const PASSWORD = 'correct horse battery';
/** The administrator, if a node has one. */
export const ADMIN = 'root@example.com';
/** Budgets so large that no attempt is refused. */
export const NO_LIMITS = { LOGIN_ATTEMPTS: '1000000', ADDRESS_ATTEMPTS: '1000000' };
export const LOGIN =
  'mutation($email: String!, $password: String!) { login(input: { email: $email, password: $password }) { accessToken userErrors { code } } }';
export const REGISTER = LOGIN.replace('login', 'register');

const SCRIPT = fileURLToPath(new URL('../scripts/start.js', import.meta.url));

/** Servers and folders are removed at the exit of this process, however it ends. */
const running = new Set();
const folders = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

/**
 * Starts a server. `restart` starts it again on the same data and can do something in between; `stop` stops it and removes its folder.
 *
 * @param core the core to which the server is pinned, if the system can; null leaves the choice to the system
 * @param nodeOptions options for Node itself
 */
export async function startServer(settings = {}, script = SCRIPT, core = null, nodeOptions = []) {
  const dataDir = mkdtempSync(join(tmpdir(), 'latchkey-bench-'));
  folders.add(dataDir);
  const [command, ...before] = commandOn(core);
  let child;
  let metricsUrl;
  const start = async (chosen) => {
    child = spawn(command, [...before, ...nodeOptions, script], {
      env: { PATH: process.env.PATH, DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'warn', ...chosen },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const own = child;
    running.add(own);
    own.once('exit', () => running.delete(own));
    let printed = '';
    child.stdout.on('data', (chunk) => {
      printed += chunk;
    });
    while (!/listens at \S+\n/.test(printed)) {
      await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
      if (child.exitCode !== null) throw new Error(`${script} ended before it listened`);
    }
    metricsUrl = /Metrics: (\S+)/.exec(printed)?.[1];
    return /listens at (\S+)/.exec(printed)[1];
  };
  const end = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
  };
  const server = {
    url: await start(settings),
    dataDir,
    /** Undefined if the script does not print it. */
    get metricsUrl() {
      return metricsUrl;
    },
    get pid() {
      return child.pid;
    },
    async restart(changed, meanwhile) {
      await end();
      await meanwhile?.();
      server.url = await start(changed);
    },
    async stop() {
      await end();
      rmSync(dataDir, { recursive: true, force: true });
      folders.delete(dataDir);
    },
  };
  return server;
}

/** Sends operations over its own kept-alive connections, from a given address. The result is the whole body. */
export function createClient(url, maxSockets = Number.POSITIVE_INFINITY, localAddress = '127.0.0.1') {
  const agent = new Agent({ keepAlive: true, maxSockets, localAddress });
  /** @param credentials an access token, or other headers */
  const post = (query, variables, credentials) => {
    const body = JSON.stringify({ query, variables });
    const shown = typeof credentials === 'string' ? { authorization: `Bearer ${credentials}` } : credentials;
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...shown };
    return new Promise((resolve, reject) => {
      const call = request(url, { method: 'POST', agent, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve(JSON.parse(text)));
      });
      call.on('error', reject).end(body);
    });
  };
  return { post, close: () => agent.destroy() };
}

/** The quantile of a sorted list: the value below which the given share lies. */
export function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}
