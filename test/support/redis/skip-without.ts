/** In every file of the tests on Redis: leaves its tests out when there is no server. */
import { beforeEach } from 'vitest';

beforeEach(({ skip }) => {
  if (process.env.TEST_REDIS_ANSWERS === undefined) skip('there is no Redis server');
});
