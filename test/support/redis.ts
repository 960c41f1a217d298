/** The Redis of the tests: key prefixes on the one that answers, and servers of their own for those that break one. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createClient } from 'redis';
import { onTestFinished } from 'vitest';
import type { Environment } from '../../src/config.js';
import { findFreePort } from './ports.js';
import { makeFolder } from './start-app.js';

export const REDIS_URL = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379';

/** Settings for a mirror under keys of its own, which are removed when the test ends. */
export function borrowMirror(): Environment {
  const prefix = `latchkey-test-${randomBytes(6).toString('hex')}:`;
  onTestFinished(() =>
    withRedis(REDIS_URL, async (client) => {
      for await (const keys of client.scanIterator({ MATCH: `${prefix}*`, COUNT: 1_000 })) if (keys.length > 0) await client.unlink(keys);
    }),
  );
  return { REDIS_URL, REDIS_PREFIX: prefix };
}

const connectTo = (url: string) => createClient({ url, socket: { reconnectStrategy: false } });

export async function withRedis<Result>(url: string, work: (client: ReturnType<typeof connectTo>) => Promise<Result>): Promise<Result> {
  const client = connectTo(url);
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    client.destroy();
  }
}

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
