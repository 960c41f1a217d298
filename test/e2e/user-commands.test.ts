/** What an operator does with users: the change is in force over the network when the command returns. */
import { describe, expect, test } from 'vitest';
import { type Client, EMAIL, PASSWORD } from '../support/app/requests.js';
import { mutate, userErrorsOf } from '../support/mutations/mutations.js';
import { ADMINISTRATOR, runRefused, startOperator } from '../support/process/operator.js';
import { decode } from '../support/tokens/tokens.js';

const REVOKED = 'UNAUTHENTICATED TOKEN_REVOKED';
const NEW = 'a wholly new passphrase';

const logIn = async (client: Client, password: string) =>
  userErrorsOf(await mutate(client, 'login', { email: EMAIL, password }, 'userErrors { code }'), 'login');

describe.each([
  ['through the running server', true],
  ['without a server', false],
])('%s', (_, withServer) => {
  test('roles are replaced: the old tokens are dead, the session goes on with the new roles [R18]', async () => {
    const operator = await startOperator(withServer);
    const { tokens, run, read } = operator;
    const changed = await read(['user', 'set-roles', 'ADA@example.com', 'EDITOR', 'AUDITOR', 'EDITOR']);
    expect(changed).toMatchObject({ user: { email: EMAIL, roles: ['AUDITOR', 'EDITOR'] }, endedSessions: 0 });
    const wrong = await runRefused(operator, ['user', 'set-roles', EMAIL, 'ADMIN', 'editor']);
    expect(wrong).toEqual({ code: 1, said: expect.stringContaining('capital letters, digits and underscores') });
    expect(await runRefused(operator, ['user', 'set-roles', ADMINISTRATOR])).toEqual({
      code: 1,
      said: expect.stringContaining('last administrator'),
    });
    const server = await operator.look();
    expect(await server.ask(tokens.accessToken)).toBe(REVOKED);
    const refreshed = (await server.refresh(tokens.refreshToken)).tokens;
    expect(await server.ask(refreshed?.accessToken)).toBe('ok');
    expect(decode(refreshed?.accessToken ?? '').claims.roles).toEqual(['AUDITOR', 'EDITOR']);
    expect((await run(['user', 'set-roles', EMAIL])).stdout).toBe('Roles of ada@example.com: none\n');
    expect(await server.ask(refreshed?.accessToken)).toBe(REVOKED);
  });

  test('a password is replaced: the old one and all sessions are dead, and nothing prints it', async () => {
    const operator = await startOperator(withServer);
    const { tokens, run } = operator;
    const { code, stdout, stderr } = await run(['user', 'reset-password', EMAIL, '--password-stdin'], { stdin: `${NEW}\n` });
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `Set a new password for ${EMAIL}. Sessions ended: 1.\n`, stderr: '' });
    const refusals: [args: string[], stdin: string, code: number, says: string][] = [
      [[EMAIL, '--password-stdin'], 'secret', 1, 'Use at least'],
      [[EMAIL], 'secret passphrase', 2, '--password-stdin'],
      [['nobody@example.com', '--password-stdin'], 'secret passphrase', 3, 'latchkey user list'],
    ];
    for (const [args, stdin, expected, says] of refusals) {
      const refused = await runRefused(operator, ['user', 'reset-password', ...args], stdin);
      expect.soft(refused, args.join(' ')).toEqual({ code: expected, said: expect.stringContaining(says) });
      expect.soft(refused.said).not.toContain('secret');
    }
    const server = await operator.look();
    expect(await server.ask(tokens.accessToken)).toBe(REVOKED);
    expect((await server.refresh(tokens.refreshToken)).tokens).toBe(null);
    expect([await logIn(server, PASSWORD), await logIn(server, NEW)]).toEqual(['INVALID_CREDENTIALS', 'ok']);
    expect(server.logged()).not.toContain(NEW);
  });

  test('a user who was disabled is enabled again, and the tokens from before stay dead', async () => {
    const operator = await startOperator(withServer);
    const { tokens, run, read } = operator;
    await read(['user', 'disable', EMAIL, '--reason', 'left']);
    expect((await run(['user', 'show', EMAIL])).stdout).toMatch(/^disabled: +\d{4}-\S+, left$/m);
    expect((await run(['user', 'enable', EMAIL, '--reason', 'is back'])).stdout).toBe(`${EMAIL} may log in.\n`);
    expect(await runRefused(operator, ['user', 'disable', ADMINISTRATOR])).toEqual({
      code: 1,
      said: expect.stringContaining('last administrator'),
    });
    const server = await operator.look();
    expect(await server.ask(tokens.accessToken)).toBe(REVOKED);
    expect((await server.refresh(tokens.refreshToken)).tokens).toBe(null);
    expect(await server.ask((await server.login()).accessToken)).toBe('ok');
  });

  test('a password that is no longer trusted is dead at once, with all sessions', async () => {
    const operator = await startOperator(withServer);
    const { tokens, run } = operator;
    const { code, stdout } = await run(['user', 'require-password-reset', EMAIL, '--reason', 'it has leaked']);
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('Sessions ended: 1.') });
    const server = await operator.look();
    expect(await server.ask(tokens.accessToken)).toBe(REVOKED);
    expect(await logIn(server, PASSWORD)).toBe('INVALID_CREDENTIALS');
  });

  test('a deleted user is gone, and the tokens are refused', async () => {
    const operator = await startOperator(withServer);
    const { tokens, run, read } = operator;
    const { id } = await read<{ id: string }>(['user', 'show', EMAIL]);
    expect((await run(['user', 'delete', EMAIL])).stdout).toBe(`Removed ${id}. Sessions ended: 1.\n`);
    for (const [command, gone] of [
      ['delete', EMAIL],
      ['show', id],
    ] as const) {
      const refused = await runRefused(operator, ['user', command, gone]);
      expect.soft(refused).toEqual({ code: 3, said: 'There is no such user. `latchkey user list` shows them.\n' });
    }
    expect((await runRefused(operator, ['user', 'delete', ADMINISTRATOR])).code).toBe(1);
    const server = await operator.look();
    expect(await server.ask(tokens.accessToken)).toBe(REVOKED);
    expect((await server.refresh(tokens.refreshToken)).tokens).toBe(null);
    expect(await logIn(server, PASSWORD)).toBe('INVALID_CREDENTIALS');
  });

  test('users are shown and searched, without their secrets', async () => {
    const operator = await startOperator(withServer);
    const { run, read } = operator;
    const shown = await read<{ id: string; email: string }>(['user', 'show', 'ADA@EXAMPLE.com']);
    expect(shown).toMatchObject({ email: EMAIL, roles: [], disabledAt: null, liveSessions: 1 });
    expect(JSON.stringify(shown)).not.toMatch(/hash|credential|argon2/i);
    expect((await run(['user', 'show', shown.id])).stdout).toMatch(/^email: +ada@example\.com, not verified\n[\s\S]*live sessions: +1\n$/m);
    const find = async (text: string) => (await read<{ email: string }[]>(['user', 'list', '--search', text])).map(({ email }) => email);
    expect(await find('ROOT@')).toEqual([ADMINISTRATOR]);
    expect(await find('%')).toEqual([]);
    expect(await find('example')).toEqual([ADMINISTRATOR, EMAIL]);
    expect((await run(['user', 'list', '--search', 'nobody'])).stdout).toBe('No such users.\n');
    expect((await run(['user', 'list', '--limit', '1'])).stdout).toContain('These are the newest 1;');
  });
});
