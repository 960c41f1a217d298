/** How an operator makes and revokes the credentials of other services: each is in force over the network when the command returns. */
import { expect, test } from 'vitest';
import { runRefused, startOperator } from '../support/process/operator.js';

interface Made {
  readonly id: string;
  readonly name: string;
  readonly credential: string;
}

test.each([
  ['through the running server', true],
  ['without a server', false],
])('a credential is made, shown once, listed and revoked %s', async (_, withServer) => {
  const operator = await startOperator(withServer);
  const { run, read, tokens } = operator;
  expect((await run(['service', 'list'])).stdout).toBe('No service credentials.\n');
  const made = await read<Made>(['service', 'create', 'orders', '--audience', 'latchkey']);
  expect(made).toEqual({ id: expect.stringMatching(/^[\w-]{22}$/), name: 'orders', credential: expect.stringMatching(/^lkv_[\w-]{43}$/) });
  const other = await run(['service', 'create', 'mail', '--audience', 'mail']);
  expect(other.stdout).toMatch(/^Created mail, id .*\nlkv_[\w-]{43}\nAccess tokens do not name mail yet: add it to ACCESS_TOKEN_AUDIENCES/);
  expect((await run(['service', 'list'])).stdout).toMatch(/^id +name +audience +created +revoked\n(?:.*\n)*.* orders +latchkey /);
  const listed = JSON.stringify(await read<object[]>(['service', 'list']));
  expect(listed).toContain(made.id);
  expect(listed).not.toMatch(/lkv_|hash/);

  const introspect = async () => {
    const { url } = await operator.look();
    const headers = { authorization: `Bearer ${made.credential}` };
    const answer = await fetch(`${url}/oauth/introspect`, {
      method: 'POST',
      headers,
      body: new URLSearchParams({ token: tokens.accessToken }),
    });
    return [answer.status, ((await answer.json()) as { active?: boolean }).active];
  };
  expect(await introspect()).toEqual([200, true]);
  if (!withServer) await operator.stop();
  expect((await run(['service', 'revoke', made.id])).stdout).toBe('Revoked orders.\n');
  expect(await introspect()).toEqual([401, undefined]);
  expect(await runRefused(operator, ['service', 'revoke', 'nobody'])).toEqual({
    code: 3,
    said: 'There is no service credential with this id.\n',
  });
  expect((await runRefused(operator, ['service', 'create', 'a\u001b', '--audience', 'mail'])).code).toBe(1);
  expect((await runRefused(operator, ['service', 'create', 'orders'])).code).toBe(2);
});
