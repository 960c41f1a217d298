/** The shared Redis: each test has its own key prefix on it. */
import { randomBytes } from 'node:crypto';
import { createClient } from 'redis';
import { onTestFinished } from 'vitest';
import type { Environment } from '../../../src/config/config.js';

export const REDIS_URL = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379';

/** Settings for a mirror under its own key prefix; the keys are removed when the test ends. */
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
