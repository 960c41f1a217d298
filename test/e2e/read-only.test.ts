/** A read-only database: the server answers with errors, never a false success. */
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolder } from '../support/app/start-app.js';
import { failToStart, START, startServer } from '../support/process/server-process.js';

const NOBODY = 65_534;
/** File permissions do not bind root, so as root the test runs the server as another user. */
const uid = process.getuid?.() === 0 ? NOBODY : process.getuid?.();

/** Whether that user can read the sources at all. */
const canRun = (() => {
  try {
    execFileSync(START[0] ?? '', [START[1] ?? '', '--help'], { stdio: 'ignore', ...(uid === undefined ? {} : { uid }) });
    return uid !== undefined;
  } catch {
    return false;
  }
})();

function ownFolder(): string {
  const folder = makeFolder();
  chownSync(folder, uid ?? 0, process.getgid?.() ?? 0);
  return folder;
}

test.skipIf(!canRun)(
  'a file that may only be read: logout and login are errors, nothing has ended, and it recovers [R4] [R8]',
  async () => {
    const dataDir = ownFolder();
    const before = await startServer({ dataDir, uid: uid ?? 0 });
    const { accessToken, refreshToken } = await before.register();
    // A killed server leaves SQLite's log beside the file; the log keeps its permissions.
    await before.kill();
    chmodSync(join(dataDir, 'latchkey.db'), 0o400);

    const server = await startServer({ dataDir, uid: uid ?? 0, settings: { LOG_LEVEL: 'fatal' } });
    const logOut = async () =>
      (await server.send('mutation { logout { loggedOutAt } }', { token: accessToken })).errors?.[0]?.extensions.code;
    for (let round = 0; round < 3; round += 1) {
      expect(await logOut()).toBe('AUTH_UNAVAILABLE');
      expect((await fetch(`${server.url}/readyz`)).status).toBe(503);
      expect(await server.ask(accessToken)).toBe('ok');
      await expect(server.login()).rejects.toThrow('AUTH_UNAVAILABLE');
      await expect(server.refresh(refreshToken)).rejects.toThrow('AUTH_UNAVAILABLE');
    }
    chmodSync(join(dataDir, 'latchkey.db'), 0o600);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    expect(await logOut()).toBe(undefined);
    expect(await server.ask(accessToken)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
  },
);

test.skipIf(!canRun)('a server does not start when it can not open the lock, and says so', async () => {
  const dataDir = ownFolder();
  expect(await (await startServer({ dataDir, uid: uid ?? 0 })).stop()).toEqual({ code: 0, signal: null });
  chmodSync(join(dataDir, 'lock'), 0o000);
  const { code, stdout, stderr } = await failToStart({ dataDir, uid: uid ?? 0 });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain(`The lock ${join(dataDir, 'lock')} can't be opened.`);
});
