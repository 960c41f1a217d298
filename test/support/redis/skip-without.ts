/** Loaded by every file of Redis tests: skips its tests if there is no server. */
import { beforeEach } from 'vitest';

beforeEach(({ skip }) => {
  if (process.env.TEST_REDIS_ANSWERS === undefined) skip('there is no Redis server');
});
