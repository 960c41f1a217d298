/** The server closes the files that a transaction opened. */
import { existsSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { makeFolder } from '../support/app/start-app.js';
import { startServer } from '../support/process/server-process.js';

const SESSIONS = 10;
/** Below the limit of refreshes per minute for one session. */
const REFRESHES = 40;
/** Allows for client connections and late garbage collection. One leaked file per transaction would be hundreds. */
const SLACK = 20;

test.skipIf(!existsSync('/proc/self/fd'))('hundreds of refreshes, and as many that fail, leave no open file behind', async () => {
  const server = await startServer({ dataDir: makeFolder() });
  const countFiles = () => readdirSync(`/proc/${server.pid}/fd`).length;
  await server.register();
  const before = countFiles();
  let most = before;
  for (let session = 0; session < SESSIONS; session += 1) {
    let { refreshToken } = await server.login();
    for (let round = 0; round < REFRESHES; round += 1) {
      const { tokens } = await server.refresh(refreshToken);
      refreshToken = tokens?.refreshToken ?? '';
      expect(refreshToken).not.toBe('');
      if (round % 10 === 0) await server.register().catch(() => undefined);
      most = Math.max(most, countFiles());
    }
  }
  expect(most).toBeLessThan(before + SLACK);
});
