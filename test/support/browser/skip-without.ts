/** In every file of the tests in a browser: leaves its tests out when there is none. */
import { beforeEach } from 'vitest';
import { chromiumPath } from './chromium.js';

beforeEach(({ skip }) => {
  if (chromiumPath === undefined) skip('there is no Chromium');
});
