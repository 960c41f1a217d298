/** Commands and a server on the same data: whatever a command revokes is dead when it returns, whichever process dies in between. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as nextTry } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { PASSWORD } from '../support/app/requests.js';
import { makeFolder } from '../support/app/start-app.js';
import { latchkey, latchkeyJson } from '../support/process/cli.js';
import { environmentOf, startServer } from '../support/process/server-process.js';
import { decode } from '../support/tokens/tokens.js';

const REVOKED = 'UNAUTHENTICATED TOKEN_REVOKED';

test('what a command revokes is refused by the running server on the very next request [R15]', async () => {
  const dataDir = makeFolder();
  const server = await startServer({ dataDir });
  const [one, other] = [await server.register('one@example.com'), await server.register('two@example.com')];
  await latchkeyJson(['session', 'revoke', one.sid], { dataDir });
  expect(await server.ask(one.accessToken)).toBe(REVOKED);
  expect(await server.ask(other.accessToken)).toBe('ok');

  const another = await server.login('two@example.com');
  expect(await latchkeyJson(['user', 'disable', 'two@example.com', '--reason', 'left'], { dataDir })).toMatchObject({ endedSessions: 2 });
  for (const { accessToken } of [other, another]) expect(await server.ask(accessToken)).toBe(REVOKED);
  await expect(server.login('two@example.com')).rejects.toThrow('INVALID_CREDENTIALS');
  await server.kill();
  const next = await startServer({ dataDir });
  for (const { accessToken } of [one, other, another]) expect(await next.ask(accessToken)).toBe(REVOKED);
});

test('access tokens that a command kills are refused at once, and the session goes on by its refresh token [R15]', async () => {
  const dataDir = makeFolder();
  const server = await startServer({ dataDir });
  const { accessToken, refreshToken, sid } = await server.register();
  await latchkeyJson(['session', 'revoke', sid, '--access-tokens-only'], { dataDir });
  expect(await server.ask(accessToken)).toBe(REVOKED);
  const { tokens } = await server.refresh(refreshToken);
  expect(await server.ask(tokens?.accessToken)).toBe('ok');
});

test('after a rotation of the keys old tokens are accepted, and new ones are signed with the new key as soon as it may sign', async () => {
  const dataDir = makeFolder();
  const server = await startServer({ dataDir });
  const { accessToken } = await server.register();
  const { kid } = await latchkeyJson<{ kid: string }>(['keys', 'rotate'], { dataDir });
  expect(decode((await server.login()).accessToken).header.kid).toBe(decode(accessToken).header.kid);
  expect(await latchkeyJson(['keys', 'rotate', '--now'], { dataDir })).toMatchObject({ kid });
  expect(await server.ask(accessToken)).toBe('ok');
  const next = await server.login();
  expect(decode(next.accessToken).header.kid).toBe(kid);
  expect(await server.ask(next.accessToken)).toBe('ok');
});

test('an option that the running server does not know is refused, not dropped: it may be of another version', async () => {
  const dataDir = makeFolder();
  const server = await startServer({ dataDir });
  const { accessToken, sid } = await server.register();
  const call = request({ socketPath: join(dataDir, 'control.sock'), path: '/revokeSession', method: 'POST' });
  call.setHeader('content-type', 'application/json').end(JSON.stringify({ session: sid, onlyOnTuesdays: true }));
  const [answer] = (await once(call, 'response')) as [IncomingMessage];
  expect(answer.statusCode).toBe(400);
  answer.resume();
  expect(await server.ask(accessToken)).toBe('ok');
});

test('what a command revokes without a server is in force when one starts [R6]', async () => {
  const dataDir = makeFolder();
  const server = await startServer({ dataDir });
  const [ended, kept] = [await server.register('one@example.com'), await server.register('two@example.com')];
  await server.stop();
  await latchkeyJson(['session', 'revoke', ended.sid], { dataDir });
  const next = await startServer({ dataDir });
  expect(await next.ask(ended.accessToken)).toBe(REVOKED);
  expect(await next.ask(kept.accessToken)).toBe('ok');
});

test('after kill -9 of the server a command takes the data itself; the socket that was left is no hindrance [R15]', async () => {
  const dataDir = makeFolder();
  const server = await startServer({ dataDir });
  const { accessToken, sid } = await server.register();
  expect((statSync(join(dataDir, 'control.sock')).mode & 0o777).toString(8)).toBe('600');
  await server.kill();
  expect(existsSync(join(dataDir, 'control.sock'))).toBe(true);
  expect(await latchkeyJson(['session', 'revoke', sid], { dataDir })).toMatchObject({ endedSessions: 1 });
  const next = await startServer({ dataDir });
  expect(await next.ask(accessToken)).toBe(REVOKED);
  expect(await latchkeyJson(['blacklist', 'stats'], { dataDir })).toMatchObject({ rows: 1, inMemory: 1 });
});

test('a file in the place of the socket is no hindrance either', async () => {
  const dataDir = makeFolder();
  await (await startServer({ dataDir })).stop();
  writeFileSync(join(dataDir, 'control.sock'), 'not a socket');
  expect(await latchkeyJson(['user', 'list'], { dataDir })).toEqual([]);
  const server = await startServer({ dataDir });
  await server.register();
  expect(await latchkeyJson(['user', 'list'], { dataDir })).toHaveLength(1);
});

test('a server that dies while a command is under way: it is told that the outcome is not known, with 4', async () => {
  const dataDir = makeFolder();
  await (await startServer({ dataDir })).stop();
  // A server that dies at this moment has accepted the connection but never answers.
  for (const farewell of ['', 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"kind":"do']) {
    const dying = createServer((socket) => {
      socket.on('error', () => undefined).once('data', () => socket.end(farewell));
    });
    dying.listen(join(dataDir, 'control.sock'));
    await once(dying, 'listening');
    const cut = await latchkey(['session', 'revoke', 'some-session', '--json'], { dataDir });
    dying.close();
    expect(cut).toMatchObject({ code: 4, stdout: '' });
    expect(JSON.parse(cut.stderr)).toMatchObject({
      failures: [{ code: 'UNCONFIRMED', message: expect.stringContaining('safe to send it again') }],
    });
  }
});

test('kill -9 of a server with a command in its hands: the command ends with 4, or was done', async () => {
  const dataDir = makeFolder();
  const server = await startServer({ dataDir });
  const sid = (await server.register()).sid;
  const { accessToken } = await server.login();
  process.kill(server.pid, 'SIGSTOP');
  const command = latchkey(['session', 'revoke', sid], { dataDir });
  // The kernel accepts the connection for the stopped server, which is then killed.
  await connectionsTo(join(dataDir, 'control.sock'), 1, command);
  await server.kill();
  const { code, stderr } = await command;
  // 0 if the server was gone before the command had sent anything: the command then did its work alone.
  expect([0, 4]).toContain(code);
  if (code === 4) {
    expect(stderr).toContain('It is not known whether the command took effect; it is safe to send it again.');
    expect(await latchkeyJson(['session', 'revoke', sid], { dataDir })).toMatchObject({ endedSessions: 1 });
  }
  const next = await startServer({ dataDir });
  expect(await next.ask(accessToken)).toBe('ok');
});

test('migrate while the server runs ends with 4 and says who has the data [R15]', async () => {
  const dataDir = makeFolder();
  const server = await startServer({ dataDir });
  const { code, stdout, stderr } = await latchkey(['migrate'], { dataDir });
  expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
  expect(stderr).toContain(`in use by a Latchkey server, process ${server.pid}`);
});

test('commands that come at once without a server wait for each other', async () => {
  const dataDir = makeFolder();
  await (await startServer({ dataDir })).stop();
  const stdin = `${PASSWORD}\n`;
  const made = await Promise.all(
    [1, 2, 3].map((n) => latchkey(['user', 'create', `user-${n}@example.com`, '--password-stdin'], { dataDir, stdin })),
  );
  expect(made.map(({ code, stderr }) => ({ code, stderr }))).toEqual(made.map(() => ({ code: 0, stderr: '' })));
  expect(await latchkeyJson(['user', 'list'], { dataDir })).toHaveLength(3);
});

test('the password of a new user is never an argument of the process', async () => {
  const dataDir = makeFolder();
  await startServer({ dataDir });
  const command = ['dist/command/latchkey.js', 'user', 'create', 'a@example.com', '--password-stdin'];
  const child = spawn(process.execPath, command, { env: environmentOf({ dataDir }), stdio: 'pipe' });
  child.stdin.write(PASSWORD);
  const seen = existsSync('/proc') ? readFileSync(`/proc/${child.pid}/cmdline`, 'utf8') : '';
  child.stdin.end();
  const [code] = await once(child, 'close');
  expect(code).toBe(0);
  expect(seen).not.toContain(PASSWORD);
  const refused = await latchkey(['user', 'create', 'b@example.com', PASSWORD], { dataDir });
  expect(refused.code).toBe(2);
  expect(refused.stderr).not.toContain(PASSWORD);
});

/** Waits until the kernel holds this many connections on a socket that its owner has not accepted. */
async function connectionsTo(path: string, howMany: number, command: Promise<unknown>): Promise<void> {
  let ended = false;
  command.then(() => {
    ended = true;
  });
  const name = path.split('/').slice(-2).join('/');
  const isOpen = (line: string) => line.includes(name) && !line.includes(' 00010000 ');
  while (!ended && readFileSync('/proc/net/unix', 'utf8').split('\n').filter(isOpen).length < howMany) await nextTry(20);
}
