/** Loaded by every file of PostgreSQL tests: skips its tests if there is no server. */
import { beforeEach } from 'vitest';

beforeEach(({ skip }) => {
  if (process.env.TEST_POSTGRES_TEMPLATE === undefined) skip('there is no PostgreSQL server');
});
