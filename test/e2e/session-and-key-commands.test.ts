/** How an operator ends sessions and revokes keys: the change is in force over the network when the command returns. */
import { describe, expect, test } from 'vitest';
import { EMAIL } from '../support/app/requests.js';
import { runRefused, startOperator } from '../support/process/operator.js';
import { decode } from '../support/tokens/tokens.js';

const REVOKED = 'UNAUTHENTICATED TOKEN_REVOKED';

describe.each([
  ['through the running server', true],
  ['without a server', false],
])('%s', (_, withServer) => {
  test('all sessions of a user end, then those of everybody [R3] [R17]', async () => {
    const operator = await startOperator(withServer);
    const { tokens, run, read } = operator;
    const ended = await run(['session', 'revoke', '--user', 'ADA@example.com', '--reason', 'lost phone']);
    expect(ended).toEqual({ code: 0, stdout: 'Sessions ended: 1. Access tokens revoked one by one: 0.\n', stderr: '' });
    expect(await read(['session', 'list', EMAIL])).toEqual([]);
    expect((await runRefused(operator, ['session', 'revoke', '--user', 'nobody@example.com'])).code).toBe(3);
    const server = await operator.look();
    expect(await server.ask(tokens.accessToken)).toBe(REVOKED);
    expect((await server.refresh(tokens.refreshToken)).tokens).toBe(null);
    const [ada, eve] = [await server.login(), await server.register('eve@example.com')];
    if (!withServer) await operator.stop();
    expect(await read(['session', 'revoke', '--all'])).toEqual({ endedSessions: 2, revokedAccessTokens: 0 });
    const after = await operator.look();
    for (const { accessToken, refreshToken } of [ada, eve]) {
      expect(await after.ask(accessToken)).toBe(REVOKED);
      expect((await after.refresh(refreshToken)).tokens).toBe(null);
    }
    expect(await after.ask((await after.login()).accessToken)).toBe('ok');
  });

  test('a key that is revoked takes every token that it has signed with it, and the sessions go on [R19]', async () => {
    const operator = await startOperator(withServer);
    const { tokens, run, read } = operator;
    const { kid } = decode(tokens.accessToken).header;
    const rotated = await read<{ kid: string }>(['keys', 'rotate', '--now']);
    expect((await run(['keys', 'list'])).stdout).toMatch(
      new RegExp(`^kid +algorithm +created +signs from +retired\\n${rotated.kid}.*Z\\n${kid}(  +\\S+){4}\\n$`),
    );
    expect((await run(['keys', 'revoke', kid])).stdout).toBe(`Revoked. ${rotated.kid} signs.\n`);
    const again = await runRefused(operator, ['keys', 'revoke', kid]);
    expect(again).toEqual({ code: 3, said: 'There is no such key. `latchkey keys list` shows them.\n' });
    const substitute = await read<{ kid: string; signs: string }>(['keys', 'revoke', rotated.kid]);
    expect([kid, rotated.kid]).not.toContain(substitute.signs);
    const server = await operator.look();
    expect(await server.ask(tokens.accessToken)).toMatch(/^UNAUTHENTICATED TOKEN_(REVOKED|INVALID)$/);
    const refreshed = (await server.refresh(tokens.refreshToken)).tokens;
    expect(await server.ask(refreshed?.accessToken)).toBe('ok');
    expect(decode(refreshed?.accessToken ?? '').header.kid).toBe(substitute.signs);
  });

  test('the trail tells what the operator has done, by user and by age', async () => {
    const operator = await startOperator(withServer);
    const { run, read } = operator;
    interface Event {
      kind: string;
      userId: string | null;
      actor: string;
      reason: string | null;
    }
    const { id } = await read<{ id: string }>(['user', 'show', EMAIL]);
    await run(['user', 'disable', EMAIL, '--reason', 'left']);
    const ofAda = await read<Event[]>(['audit', '--user', EMAIL, '--since', '1h']);
    expect(ofAda.map(({ kind }) => kind).sort()).toEqual(['session.ended', 'session.started', 'user.disabled', 'user.registered']);
    expect(ofAda.every(({ userId }) => userId === id)).toBe(true);
    expect(ofAda.find(({ kind }) => kind === 'user.disabled')).toMatchObject({ actor: 'command-line', reason: 'left' });
    const everything = await read<Event[]>(['audit']);
    expect(everything.map(({ kind }) => kind)).toContain('user.created');
    await run(['user', 'delete', EMAIL]);
    expect((await run(['audit', '--user', id, '--limit', '1'])).stdout).toMatch(
      /^at +kind +user +actor[^\n]*\n[^\n]*user\.deleted[^\n]*\nThese are/,
    );
    expect((await run(['audit', '--since', '2100-01-01'])).stdout).toBe('No such events.\n');
    expect((await runRefused(operator, ['audit', '--user', 'nobody@example.com'])).code).toBe(3);
  });
});
