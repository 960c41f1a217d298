/** Servers of their own for the tests that break one, and a client that is not ours. */
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
  /** As `kill` does it, with the names of signals. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
  /** It forgets everything that is not in its snapshot. */
  kill(): Promise<void>;
  /** Starts it again at the same address. */
  start(): Promise<void>;
  /** One command, by a client that is not ours. */
  cli(...words: readonly string[]): Promise<string>;
}

/** A server that the test may stop, fill and restart. It ends with the test. */
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

/** What redis-cli prints, line by line as a program reads it. */
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
