/** In every file of the tests on PostgreSQL: leaves its tests out when there is no server. */
import { beforeEach } from 'vitest';

beforeEach(({ skip }) => {
  if (process.env.TEST_POSTGRES_TEMPLATE === undefined) skip('there is no PostgreSQL server');
});
