/** Before the Redis tests: looks for a server; without one the tests are skipped with a message, or fail in CI. */
import { REDIS_URL, withRedis } from './redis.js';

export default async function setup(): Promise<void> {
  try {
    await withRedis(REDIS_URL, (client) => client.ping());
    process.env.TEST_REDIS_ANSWERS = 'yes';
  } catch (error) {
    const told = `No Redis server answers at ${new URL(REDIS_URL).host} (TEST_REDIS_URL): ${error instanceof Error ? error.message : error}`;
    if (process.env.CI) throw new Error(told);
    console.warn(`${told}\nThe Redis tests are skipped.`);
  }
}
