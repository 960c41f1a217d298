/** NGINX and HAProxy as processes of a test, with the files of `deploy/` or with a few lines of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { makeFolder } from '../app/start-app.js';
import { findFreePort } from '../sockets/ports.js';
import { PROXY_ENVIRONMENT } from './programs.js';

const read = (name: string) => readFileSync(fileURLToPath(new URL(`../../../deploy/${name}`, import.meta.url)), 'utf8');
const portOf = (address: string) => new URL(address).port;

/** Both return the address of the proxy, once it passes requests on to the server at `target`. */
export async function startNginx(target: string, location?: string): Promise<string> {
  const own = location === undefined ? read('nginx.conf') : `events {}\nhttp {\n server { listen 8080; location / { ${location} } }\n}`;
  return runNginx(own.replaceAll('127.0.0.1:4000', `127.0.0.1:${portOf(target)}`), '/livez');
}

/** The gateway of `examples/`, before an application that answers 200 to everything. */
export async function startNginxGateway(latchkey: string, application: string): Promise<string> {
  const text = readFileSync(fileURLToPath(new URL('../../../examples/gateways/nginx.conf', import.meta.url)), 'utf8');
  const ported = text
    .replace('127.0.0.1:4000', `127.0.0.1:${portOf(latchkey)}`)
    .replace('127.0.0.1:3000', `127.0.0.1:${portOf(application)}`);
  return runNginx(ported, '/public/');
}

async function runNginx(config: string, probe: string): Promise<string> {
  const port = await findFreePort();
  const folder = makeFolder();
  const here = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`);
  const text = config.replace('http {', `http { access_log off; ${here.join(' ')}`).replace(/listen 8080/, `listen 127.0.0.1:${port}`);
  const path = join(folder, 'nginx.conf');
  writeFileSync(path, text);
  const globals = `daemon off; master_process off; pid ${folder}/nginx.pid; error_log stderr;`;
  return run('nginx', ['-e', 'stderr', '-p', folder, '-c', path, '-g', globals], port, probe);
}

export async function startHaproxy(target: string): Promise<string> {
  const port = await findFreePort();
  const path = join(makeFolder(), 'haproxy.cfg');
  const text = read('haproxy.cfg')
    .replace('bind :8080', `bind 127.0.0.1:${port}`)
    .replace(/^resolvers docker\n(?: .*\n)+/m, '')
    .replaceAll(' resolvers docker init-addr last,libc,none', '')
    .replace(/^ {2}server node[23] .*\n/gm, '')
    .replaceAll('node1:4000', `127.0.0.1:${portOf(target)}`);
  writeFileSync(path, text);
  return run('haproxy', ['-db', '-f', path], port);
}

async function run(program: string, args: readonly string[], port: number, probe = '/livez'): Promise<string> {
  const child = spawn(program, args, { env: PROXY_ENVIRONMENT, stdio: ['ignore', 'pipe', 'pipe'] });
  let logged = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (logged += text));
  const exited = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  const isListening = () =>
    new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(socket.destroy() !== null));
      socket.on('error', () => resolve(false));
    });
  const address = `http://127.0.0.1:${port}`;
  while (!(await isListening()) || (await ask(address, probe)).status !== 200) {
    if (child.exitCode !== null) throw new Error(`${program} ended: ${logged}`);
  }
  return address;
}

export interface Asked {
  readonly headers?: Record<string, string>;
  /** One of the loopback addresses, as the address of the client. */
  readonly from?: string;
  /** With a query it is a POST. */
  readonly query?: string;
}

/** Sends the path as it is: `fetch` would decode it and resolve its dots. */
export function ask(address: string, path: string, { headers = {}, from = '127.0.0.1', query }: Asked = {}) {
  return new Promise<{ readonly status: number; readonly text: string }>((resolve, reject) => {
    const { hostname, port } = new URL(address);
    const type = query === undefined ? {} : { 'content-type': 'application/json' };
    const method = query === undefined ? 'GET' : 'POST';
    const sent = request({ hostname, port, path, method, localAddress: from, headers: { ...type, ...headers }, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    sent.on('error', reject);
    sent.end(query === undefined ? undefined : JSON.stringify({ query }));
  });
}
