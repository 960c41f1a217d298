/** Loaded by every file of browser tests: skips its tests if there is no browser. */
import { beforeEach } from 'vitest';
import { chromiumPath } from './chromium.js';

beforeEach(({ skip }) => {
  if (chromiumPath === undefined) skip('there is no Chromium');
});
