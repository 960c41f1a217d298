/** Counted attempts outlive the process, although their commits do not wait for the disk. */
import { expect, test } from 'vitest';
import { makeFolder } from '../support/app/start-app.js';
import { guessOften, LIMITED, WRONG } from '../support/passwords/guessing.js';
import { startServer } from '../support/process/server-process.js';

test('attempts that were counted before a kill -9 are counted after it', async () => {
  const dataDir = makeFolder();
  const settings = { LOGIN_ATTEMPTS: '5', LOG_LEVEL: 'error' };
  const first = await startServer({ dataDir, settings });
  await first.register();
  expect(await guessOften(first, 4)).toEqual({ [WRONG]: 4 });
  await first.kill();
  const second = await startServer({ dataDir, settings });
  expect(await guessOften(second, 3)).toEqual({ [WRONG]: 1, [LIMITED]: 2 });
});
