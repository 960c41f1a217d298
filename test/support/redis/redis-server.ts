/** Redis servers for the tests that break one, and a client (redis-cli) that is not ours. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { makeFolder } from '../app/start-app.js';
import { findFreePort } from '../sockets/ports.js';
import { withRedis } from './redis.js';

export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** Sends a signal by name, as `kill` does. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
  /** Kills it: it forgets everything that is not in its snapshot. */
  kill(): Promise<void>;
  /** Starts it again at the same address. */
  start(): Promise<void>;
  /** Runs one command with redis-cli. */
  cli(...words: readonly string[]): Promise<string>;
}

/** Starts a server that the test may stop, fill and restart. It stops when the test ends. */
export async function startRedis(...options: readonly string[]): Promise<RedisServer> {
  const port = await findFreePort();
  const folder = makeFolder();
  const url = `redis://127.0.0.1:${port}`;
  let running: ReturnType<typeof spawn>;
  const start = async () => {
    const files = ['--dir', folder, '--save', '', '--appendonly', 'no'];
    running = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', ...files, ...options], { stdio: 'ignore' });
    await once(running, 'spawn');
    while (!(await answers(url)));
  };
  const kill = async () => {
    if (running.exitCode !== null || running.signalCode !== null) return;
    const gone = once(running, 'exit');
    running.kill('SIGKILL');
    await gone;
  };
  await start();
  onTestFinished(async () => {
    await kill();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    url,
    port,
    signal: (name) => running.kill(name),
    kill,
    start,
    cli: (...words) => redisCli(['-p', String(port), ...words]),
  };
}

/** The output of redis-cli, line by line, in its format for programs. */
export async function redisCli(words: readonly string[]): Promise<string> {
  const child = spawn('redis-cli', words, { stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk;
  });
  await once(child, 'close');
  return printed.trim();
}

async function answers(url: string): Promise<boolean> {
  return withRedis(url, (client) => client.ping()).then(
    () => true,
    () => false,
  );
}
