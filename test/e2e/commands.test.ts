/** Every command of `latchkey`, both through a running server and without one: the same answers, the same exit codes. */
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PASSWORD } from '../support/app/requests.js';
import { makeFolder } from '../support/app/start-app.js';
import { latchkey, latchkeyJson } from '../support/process/cli.js';
import { startServer } from '../support/process/server-process.js';

interface User {
  id: string;
  email: string;
  roles: string[];
  disabledAt: string | null;
}

for (const withServer of [true, false]) {
  describe(withServer ? 'through the running server' : 'without a server', () => {
    const prepare = async () => {
      const dataDir = join(makeFolder(), 'data');
      const server = await startServer({ dataDir });
      const tokens = await server.register();
      if (!withServer) await server.stop();
      return { dataDir, tokens, options: { dataDir, stdin: `${PASSWORD}\n` } };
    };

    test('a user is made with a password from standard input, and is listed', async () => {
      const { options } = await prepare();
      const made = await latchkeyJson<User>(
        ['user', 'create', 'root@example.com', '--admin', '--name', 'Root', '--password-stdin'],
        options,
      );
      expect(made).toMatchObject({ email: 'root@example.com', name: 'Root', roles: ['ADMIN'], disabledAt: null });
      expect(JSON.stringify(made)).not.toMatch(/hash|version|\$argon2/i);
      const users = await latchkeyJson<User[]>(['user', 'list'], options);
      expect(users.map(({ email }) => email).sort()).toEqual(['ada@example.com', 'root@example.com']);
      const { stdout } = await latchkey(['user', 'list'], options);
      expect(stdout).toMatch(/^id +email +name +roles +created +last login +disabled\n/);
      expect(stdout).toContain('root@example.com');
      const taken = await latchkey(['user', 'create', 'ROOT@example.com', '--password-stdin', '--json'], options);
      expect(taken).toMatchObject({ code: 1, stdout: '' });
      expect(JSON.parse(taken.stderr)).toMatchObject({ failures: [{ code: 'EMAIL_TAKEN' }] });
    });

    test('sessions are listed and revoked; what is not there is told with 3', async () => {
      const { options, tokens } = await prepare();
      const sessions = await latchkeyJson<{ id: string }[]>(['session', 'list', 'ada@example.com'], options);
      expect(sessions.map(({ id }) => id)).toEqual([tokens.sid]);
      expect(JSON.stringify(sessions)).not.toMatch(/hash|sealed/i);
      expect(await latchkeyJson(['session', 'revoke', tokens.sid, '--access-tokens-only'], options)).toEqual({
        endedSessions: 0,
        revokedAccessTokens: 1,
      });
      expect(await latchkeyJson(['session', 'revoke', tokens.sid], options)).toEqual({ endedSessions: 1, revokedAccessTokens: 0 });
      expect(await latchkeyJson(['session', 'list', 'ada@example.com'], options)).toEqual([]);
      for (const args of [
        ['session', 'revoke', tokens.sid],
        ['session', 'list', 'nobody@example.com'],
        ['user', 'disable', 'nobody@example.com'],
      ]) {
        const missing = await latchkey([...args, '--json'], options);
        expect(missing).toMatchObject({ code: 3, stdout: '' });
        expect(JSON.parse(missing.stderr)).toMatchObject({ failures: [{ code: 'NOT_FOUND' }] });
      }
    });

    test('a reason that is too long is wrong usage', async () => {
      const { options } = await prepare();
      const refused = await latchkey(['user', 'disable', 'ada@example.com', '--reason', 'x'.repeat(501)], options);
      expect(refused.code).toBe(2);
      expect(refused.stderr).not.toMatch(/\n\s+at /);
      expect(await latchkeyJson(['user', 'list'], options)).toMatchObject([{ disabledAt: null }]);
    });

    test('keys are listed and rotated; the blacklist is counted and pruned', async () => {
      const { options, tokens } = await prepare();
      const [first] = await latchkeyJson<{ kid: string; retiredAt: string | null }[]>(['keys', 'list'], options);
      const rotated = await latchkeyJson<{ kid: string }>(['keys', 'rotate', '--now'], options);
      const ring = await latchkeyJson<{ kid: string; retiredAt: string | null }[]>(['keys', 'list'], options);
      expect(ring.map(({ kid, retiredAt }) => [kid, retiredAt === null])).toEqual([
        [rotated.kid, true],
        [first?.kid, false],
      ]);
      expect(JSON.stringify(ring)).not.toMatch(/private|sealed|"d"/i);
      await latchkey(['session', 'revoke', tokens.sid], options);
      expect(await latchkeyJson(['blacklist', 'stats'], options)).toMatchObject({ rows: 1, inMemory: 1, version: 1 });
      expect(await latchkeyJson(['blacklist', 'prune'], options)).toEqual({
        blacklistRows: 0,
        sessions: 0,
        signingKeys: 0,
        auditEvents: 0,
        mailCodes: 0,
      });
      const { code, stdout } = await latchkey(['blacklist', 'stats'], options);
      expect(code).toBe(0);
      expect(stdout).toMatch(/rows in the table: +1\n/);
    });

    test('doctor finds nothing wrong, and says what to do when others can read the secret', async () => {
      const { options, dataDir } = await prepare();
      const right = await latchkeyJson<{ check: string; isRight: boolean; found: string }[]>(['doctor'], options);
      expect(right.map(({ check }) => check)).toEqual([
        'configuration',
        'files',
        'server',
        'database',
        'blacklist',
        'revocation',
        'signing keys',
        'mail',
        'clock',
      ]);
      expect(right.every(({ isRight }) => isRight)).toBe(true);
      expect(right.find(({ check }) => check === 'server')?.found).toMatch(withServer ? /^it runs/ : /^it does not run/);
      chmodSync(join(dataDir, 'secret'), 0o644);
      const wrong = await latchkey(['doctor'], options);
      expect(wrong.code).toBe(1);
      expect(wrong.stdout).toMatch(/^WRONG +files +others can read/m);
      expect(wrong.stdout).toContain(`chmod go-rwx ${join(dataDir, 'secret')}`);
    });
  });
}

test('the schema that is printed is the one that is committed', async () => {
  const { code, stdout } = await latchkey(['schema', 'print'], { dataDir: join(makeFolder(), 'none') });
  expect(code).toBe(0);
  expect(stdout).toBe(readFileSync('schema.graphql', 'utf8'));
});

test('migrate makes a database of its own accord, and has nothing to do a second time', async () => {
  const options = { dataDir: join(makeFolder(), 'data') };
  const first = await latchkeyJson<{ applied: string[] }>(['migrate'], options);
  expect(first.applied.length).toBeGreaterThan(0);
  expect(await latchkeyJson(['migrate'], options)).toEqual({ applied: [] });
  expect((statSync(join(options.dataDir, 'latchkey.db')).mode & 0o777).toString(8)).toBe('600');
  const { register, ask } = await startServer(options);
  expect(await ask((await register()).accessToken)).toBe('ok');
});

test('wrong usage ends with 2 and prints nothing on standard output', async () => {
  const options = { dataDir: join(makeFolder(), 'none') };
  for (const args of [['nonsense'], ['user'], ['user', 'nonsense'], ['user', 'create'], ['user', 'list', '--nonsense'], []]) {
    const { code, stdout, stderr } = await latchkey(args, options);
    expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: '' });
    expect(stderr).toMatch(/Usage: latchkey|--help/);
  }
  expect(await latchkey(['--help'], options)).toMatchObject({ code: 0, stderr: '' });
});

test('without a terminal and without --password-stdin no password is asked for', async () => {
  const { code, stderr } = await latchkey(['user', 'create', 'a@example.com'], { dataDir: join(makeFolder(), 'data') });
  expect(code).toBe(2);
  expect(stderr).toMatch(/^There is no terminal to ask for the password. Use --password-stdin.\n/);
});

test('a command with a wrong configuration says all of it and ends with 1', async () => {
  const dataDir = join(makeFolder(), 'none');
  const { code, stderr } = await latchkey(['doctor', '--json'], { dataDir, settings: { PORT: 'x', SIGNING_ALG: 'y' } });
  expect(code).toBe(1);
  expect(JSON.parse(stderr).failures[0]).toMatchObject({ code: 'ConfigError', message: expect.stringMatching(/PORT[\s\S]*SIGNING_ALG/) });
});

test('a command finds the server from any folder, also where DATA_DIR lies too deep for a socket', async () => {
  const folder = makeFolder();
  const deep = join(folder, 'a'.repeat(60), 'b'.repeat(60), 'data');
  mkdirSync(deep, { recursive: true });
  const server = await startServer({ dataDir: deep, cwd: deep });
  const { accessToken, sid } = await server.register();
  expect(await latchkeyJson(['session', 'revoke', sid], { dataDir: deep, cwd: deep })).toMatchObject({ endedSessions: 1 });
  expect(await server.ask(accessToken)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
  const elsewhere = await latchkey(['user', 'list'], { dataDir: deep, cwd: '/' });
  expect(elsewhere.code).toBe(4);
  rmSync(folder, { recursive: true, force: true });
});
