/** In every file of the tests in a browser: leaves its tests out when there is none. */
import { beforeEach } from 'vitest';

beforeEach(({ skip }) => {
  if (process.env.TEST_CHROMIUM === undefined) skip('there is no Chromium');
});
