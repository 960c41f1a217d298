/** Two nodes on one database: each knows what the other has answered. */
import { expect, test } from 'vitest';
import { makeAdministrator } from '../support/app/administrators.js';
import { EMAIL } from '../support/app/requests.js';
import { logOut, mutate } from '../support/mutations/mutations.js';
import { startTwoNodes } from '../support/postgresql/nodes.js';
import { decode } from '../support/tokens/tokens.js';

const REVOKED = 'UNAUTHENTICATED TOKEN_REVOKED';

test('a login that one node has answered is accepted by the other, and a logout there is in force on both', async () => {
  const { one, two } = await startTwoNodes();
  const { accessToken, refreshToken } = await one.register();
  expect(await two.ask(accessToken)).toBe('ok');
  expect(await logOut(two, { token: accessToken })).toBe(1);
  expect([await one.ask(accessToken), await two.ask(accessToken)]).toEqual([REVOKED, REVOKED]);
  expect((await one.refresh(refreshToken)).codes).toEqual(['INVALID_REFRESH_TOKEN']);
});

test('a refresh goes through on either node, and the grace of a predecessor holds on both [R10]', async () => {
  const { one, two } = await startTwoNodes();
  const first = await one.register();
  const second = await two.refresh(first.refreshToken);
  expect(await one.refresh(first.refreshToken)).toEqual(second);
  const third = await one.refresh(second.tokens?.refreshToken ?? '');
  expect(await two.ask(third.tokens?.accessToken)).toBe('ok');
});

test('a refresh token that was used on one node and comes back much later on the other ends the session on both [R10]', async () => {
  const { one, two, clock } = await startTwoNodes();
  const first = await one.register();
  const second = await one.refresh(first.refreshToken);
  clock.advance(60);
  expect((await two.refresh(first.refreshToken)).codes).toEqual(['INVALID_REFRESH_TOKEN']);
  for (const node of [one, two]) expect(await node.ask(second.tokens?.accessToken)).toBe(REVOKED);
});

test('a user who is disabled on one node is out on the other', async () => {
  const { one, two } = await startTwoNodes();
  const { accessToken } = await one.register();
  await one.app.administration.disableUser({ user: EMAIL });
  expect(await two.ask(accessToken)).toBe(REVOKED);
  await expect(two.login()).rejects.toThrow('INVALID_CREDENTIALS');
});

test('roles that change on one node kill the tokens that carry the old ones on the other [R18]', async () => {
  const { one, two } = await startTwoNodes();
  const { accessToken, refreshToken } = await one.register();
  await one.app.administration.setUserRoles({ user: EMAIL, roles: ['EDITOR'] });
  expect(await two.ask(accessToken)).toBe(REVOKED);
  const { tokens } = await two.refresh(refreshToken);
  expect(decode(tokens?.accessToken ?? '').claims.roles).toEqual(['EDITOR']);
  expect(await one.ask(tokens?.accessToken)).toBe('ok');
});

test('when every session is ended on one node, the other refuses the old tokens and hands out new ones that both accept [R17]', async () => {
  const { one, two } = await startTwoNodes();
  const { accessToken } = await two.register();
  await one.app.administration.revokeAllSessions({});
  expect([await one.ask(accessToken), await two.ask(accessToken)]).toEqual([REVOKED, REVOKED]);
  const again = await two.login();
  expect([await one.ask(again.accessToken), await two.ask(again.accessToken)]).toEqual(['ok', 'ok']);
});

test('a key that one node makes signs on the other too, and its tokens are accepted everywhere at once', async () => {
  const { one, two } = await startTwoNodes();
  const old = await one.register();
  for (const [rotating, other] of [
    [one, two],
    [two, one],
  ] as const) {
    await rotating.app.administration.rotateKeys({ now: true });
    const fresh = await rotating.login();
    // Many requests ask at the same time for a key that this node has never seen.
    expect(await Promise.all(Array.from({ length: 10 }, () => other.ask(fresh.accessToken)))).toEqual(Array(10).fill('ok'));
    const signed = await other.login();
    expect(decode(signed.accessToken).header).toEqual(decode(fresh.accessToken).header);
    expect(await rotating.ask(signed.accessToken)).toBe('ok');
  }
  expect([await one.ask(old.accessToken), await two.ask(old.accessToken)]).toEqual(['ok', 'ok']);
});

test('a key that is revoked on one node is of no use on the other, neither to verify nor to sign [R19]', async () => {
  const { one, two } = await startTwoNodes();
  const { accessToken } = await two.register();
  const { kid } = decode(accessToken).header;
  expect(await one.app.administration.revokeKey({ kid })).toMatchObject({ kind: 'done' });
  expect(await two.ask(accessToken)).toMatch(/^UNAUTHENTICATED/);
  const again = await two.login();
  expect(decode(again.accessToken).header.kid).not.toBe(kid);
  expect([await one.ask(again.accessToken), await two.ask(again.accessToken)]).toEqual(['ok', 'ok']);
});

test('a node can revoke and list a key that another node has made', async () => {
  const { one, two } = await startTwoNodes();
  await one.register();
  await one.app.administration.rotateKeys({ now: true });
  const { accessToken } = await one.login();
  const { kid } = decode(accessToken).header;
  expect(await two.app.administration.listKeys()).toMatchObject({ result: [{ kid }, {}] });
  expect(await two.app.administration.revokeKey({ kid })).toMatchObject({ kind: 'done' });
  expect(await one.ask(accessToken)).toMatch(/^UNAUTHENTICATED/);
});

test('a token under a key that nobody has made is refused as before', async () => {
  const { one, two } = await startTwoNodes();
  const { accessToken } = await one.register();
  const [header = '', ...rest] = accessToken.split('.');
  const forged = { ...JSON.parse(Buffer.from(header, 'base64url').toString()), kid: 'A'.repeat(22) };
  const token = [Buffer.from(JSON.stringify(forged)).toString('base64url'), ...rest].join('.');
  expect(await two.ask(token)).toBe('UNAUTHENTICATED TOKEN_INVALID');
});

test('what one node has pruned the other does not accept again, whatever its clock says [R7]', async () => {
  const { one, two, clock } = await startTwoNodes();
  const { accessToken } = await one.register();
  await logOut(one, { token: accessToken });
  const before = clock.now();
  clock.advance(86_400);
  await one.app.administration.prune();
  clock.set(before);
  // Refused by its age, or by the row that the other node still has in memory.
  expect(await two.ask(accessToken)).toMatch(/^UNAUTHENTICATED TOKEN_(EXPIRED|REVOKED)$/);
});

test('wrong passwords are counted over all nodes', async () => {
  const { one, two } = await startTwoNodes({ settings: { LOGIN_ATTEMPTS: '4' } });
  await one.register();
  const tryWrong = (node: typeof one) => mutate(node, 'login', { email: EMAIL, password: 'wrong' }, 'userErrors { code }');
  for (const node of [one, two, one, two]) expect((await tryWrong(node)).errors).toBe(undefined);
  for (const node of [one, two]) expect((await tryWrong(node)).errors?.[0]?.extensions.code).toBe('RATE_LIMITED');
});

test('an administrator who loses the role on one node can do nothing on the other', async () => {
  const { one, two } = await startTwoNodes();
  const [root, other] = [await makeAdministrator(one), await makeAdministrator(one, 'other@example.com')];
  await one.app.administration.setUserRoles({ user: root.id, roles: [] });
  const answer = await mutate(two, 'disableUser', { userId: other.id }, 'userErrors { code }', root.accessToken);
  expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'UNAUTHENTICATED', reason: 'TOKEN_REVOKED' });
});
