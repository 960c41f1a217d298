/** The first start creates everything; later starts reuse it. */
import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { makeFolder } from '../support/app/start-app.js';
import { failToStart, startServer } from '../support/process/server-process.js';

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
const START_SCRIPT = [process.execPath, fileURLToPath(new URL('../../scripts/start.js', import.meta.url))];

test('the first start makes a private folder, a secret and a database in WAL mode', async () => {
  const dataDir = join(makeFolder(), 'data');
  const { url } = await startServer({ dataDir, command: START_SCRIPT });
  expect(modeOf(dataDir)).toBe('700');
  expect(modeOf(join(dataDir, 'secret'))).toBe('600');
  expect(readFileSync(join(dataDir, 'secret'), 'utf8')).toMatch(/^[\w-]{64}$/);
  for (const file of ['latchkey.db', 'latchkey.db-wal', 'control.sock']) expect(modeOf(join(dataDir, file))).toBe('600');
  // Bytes 18 and 19 of a SQLite file name its journal mode: 2 is WAL.
  expect([...readFileSync(join(dataDir, 'latchkey.db')).subarray(18, 20)]).toEqual([2, 2]);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
});

test('the data folder is made under any umask, and its path may hold spaces and signs', async () => {
  const dataDir = join(makeFolder(), 'so deep?', "d'ata #1 %20 ü");
  mkdirSync(join(dataDir, '..'), { recursive: true });
  const command = ['/bin/sh', '-c', `umask 000; exec ${START_SCRIPT.join(' ')}`];
  const { register, ask } = await startServer({ dataDir, command });
  for (const file of ['latchkey.db', 'secret', 'lock']) expect(modeOf(join(dataDir, file))).toBe('600');
  expect(await ask((await register()).accessToken)).toBe('ok');
});

/** The lines need a shell. A machine that has only Node skips them with a message; in CI they must run. */
const hasShell = spawnSync('bash', ['-c', 'command -v curl sed']).status === 0 || process.env.CI === 'true';
if (!hasShell) console.warn('bash, curl or sed is missing: the printed lines are not tried');

test.skipIf(!hasShell)('the four lines that a start prints register, answer, log out and are refused [R4]', async () => {
  const server = await startServer({ dataDir: join(makeFolder(), 'data') });
  expect(server.printed()).toContain(`Latchkey listens at ${server.url}/graphql`);
  expect(server.printed()).toMatch(/^GraphiQL: open http:\S+\/graphql in a browser$/m);
  const lines = server
    .printed()
    .split('\n')
    .filter((line) => line.includes('curl '));
  expect(lines).toHaveLength(4);
  const answers = execFileSync('bash', ['-c', lines.join('\necho\n')], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line !== '');
  expect(answers.map((line) => JSON.parse(line))).toMatchObject([
    { data: { me: { email: 'ada@example.com' } } },
    { data: { logout: { endedSessions: 1 } } },
    { data: { me: null }, errors: [{ extensions: { code: 'UNAUTHENTICATED', reason: 'TOKEN_REVOKED' } }] },
  ]);
});

test.each<[Record<string, string>, RegExp]>([
  [{ EXPLORER: 'graphiql' }, /^GraphiQL: open http:\S+\/graphql in a browser$/m],
  [{ EXPLORER: 'sandbox' }, /^Apollo Sandbox: open http:\S+\/graphql in a browser$/m],
  [{ EXPLORER: 'off' }, /^Explorer: off$/m],
  [{ INTROSPECTION: 'off' }, /^Explorer: off$/m],
])('a start with %j says which explorer there is', async (settings, expected) => {
  const server = await startServer({ dataDir: join(makeFolder(), 'data'), settings });
  expect(server.printed()).toMatch(expected);
  expect(server.printed().includes('Sandbox')).toBe(settings.EXPLORER === 'sandbox');
});

test('a later start reuses secret, keys, sessions and revocations [R6]', async () => {
  const dataDir = join(makeFolder(), 'data');
  const first = await startServer({ dataDir });
  const kept = await first.register('kept@example.com');
  const ended = await first.register('ended@example.com');
  await first.send('mutation { logout { endedSessions } }', { token: ended.accessToken });
  const secret = readFileSync(join(dataDir, 'secret'), 'utf8');
  const keys = await (await fetch(`${first.url}/.well-known/jwks.json`)).text();
  expect(await first.stop()).toEqual({ code: 0, signal: null });

  const second = await startServer({ dataDir });
  expect(readFileSync(join(dataDir, 'secret'), 'utf8')).toBe(secret);
  expect(await (await fetch(`${second.url}/.well-known/jwks.json`)).text()).toBe(keys);
  expect(await second.ask(kept.accessToken)).toBe('ok');
  expect(await second.ask(ended.accessToken)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
  expect((await second.refresh(ended.refreshToken)).codes).toEqual(['INVALID_REFRESH_TOKEN']);
  expect((await second.refresh(kept.refreshToken)).codes).toEqual([]);
});

test('a port that is taken is told in one line, with exit code 1, and the lock is free again', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  const dataDir = join(makeFolder(), 'data');
  const refused = await failToStart({ dataDir, settings: { PORT: String(port) } });
  taken.close();
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toContain(`address already in use 127.0.0.1:${port}`);
  expect(refused.stderr).not.toMatch(/\n\s+at /);
  await startServer({ dataDir });
});
