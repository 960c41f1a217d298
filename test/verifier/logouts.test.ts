/** A service with a strict verifier honours what the login server has answered: in the next check, and on what it has open. */
import { expect, test } from 'vitest';
import type { TestApp } from '../support/app/start-app.js';
import { logOutTold } from '../support/postgresql/lease-nodes.js';
import { decode } from '../support/tokens/tokens.js';
import { ask, callerOf, LONG, openVerifier, startLoginServer, until, watch } from '../support/verifier/verifiers.js';

/** Two seconds pass before a lease of the server's longest would have run out, so what holds here was acknowledged. */
async function start() {
  const server = await startLoginServer({ LEASE: LONG });
  const opened = await openVerifier(server, { leaseMs: 60_000 });
  await opened.verifier.ready();
  await until(() => opened.verifier.status.isHearing);
  return { server, ...opened };
}

/** Holds a lease, so that an answer from memory is possible. */
async function hold(server: TestApp, verifier: Awaited<ReturnType<typeof start>>['verifier']) {
  const login = await server.register();
  const caller = await callerOf(verifier, login.accessToken);
  expect(verifier.check(caller)).toBe('live');
  return { ...login, caller };
}

test('a logout waits for the verifier, ends what it watches before it answers, and is refused in the next check [R22] [R38]', async () => {
  const { server, verifier } = await start();
  const { accessToken, caller } = await hold(server, verifier);
  const ends = watch(verifier, caller);
  const { confirmation } = await logOutTold(server, accessToken);
  // In the turn of the answer.
  expect(ends).toEqual([{ code: 4401, reason: 'TOKEN_REVOKED' }]);
  expect(verifier.check(caller)).toBe('revoked');
  expect(confirmation).toMatchObject({ by: 'ACKNOWLEDGED', nodes: 2, acknowledged: 2 });
  expect(await ask(verifier, accessToken)).toBe('TOKEN_REVOKED with its session');
});

test('whoever is watched too late ends at once, and who no longer watches is told nothing [R38]', async () => {
  const { server, verifier } = await start();
  const { accessToken, caller } = await hold(server, verifier);
  const quiet = verifier.watch(caller, () => expect.unreachable());
  quiet();
  expect(verifier.status.watched).toBe(0);
  await logOutTold(server, accessToken);
  expect(watch(verifier, caller)).toEqual([{ code: 4401, reason: 'TOKEN_REVOKED' }]);
  expect(verifier.status.watched).toBe(0);
});

test('an `end` that throws, or rejects, is logged and delays nothing [R38]', async () => {
  const { server, verifier, lines } = await start();
  const { accessToken, caller } = await hold(server, verifier);
  verifier.watch(caller, () => {
    throw new Error('thrown');
  });
  verifier.watch(caller, async () => {
    throw new Error('rejected');
  });
  const ends = watch(verifier, caller);
  const { confirmation } = await logOutTold(server, accessToken);
  expect(confirmation).toMatchObject({ by: 'ACKNOWLEDGED' });
  expect(ends).toHaveLength(1);
  await until(() => lines.filter(({ level }) => level === 'error').length === 2);
  expect(lines.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual([
    'the function that ends a watched connection has thrown',
    'the function that ends a watched connection has thrown',
  ]);
});

test('revokeAllSessions ends everything, and tokens of the new generation are accepted [R17] [R39]', async () => {
  const { server, verifier } = await start();
  const { accessToken, caller } = await hold(server, verifier);
  const ends = watch(verifier, caller);
  expect(await server.app.administration.revokeAllSessions({})).toMatchObject({ kind: 'done' });
  expect(ends).toEqual([{ code: 4401, reason: 'TOKEN_REVOKED' }]);
  expect(verifier.check(caller)).toBe('revoked');
  expect(await ask(verifier, accessToken)).toBe('TOKEN_REVOKED with its session');
  expect(await ask(verifier, (await server.login()).accessToken)).toBe('authenticated');
});

test('a revoked key ends what its tokens have open, and the sessions go on under another key [R19] [R39]', async () => {
  const { server, verifier } = await start();
  const { accessToken, refreshToken, caller } = await hold(server, verifier);
  const ends = watch(verifier, caller);
  await server.app.administration.revokeKey({ kid: decode(accessToken).header.kid });
  expect(ends).toEqual([{ code: 4403, reason: 'TOKEN_REVOKED' }]);
  expect(verifier.check(caller)).toBe('revoked');
  expect(await ask(verifier, accessToken)).toMatch(/^TOKEN_(INVALID|REVOKED)/);
  const { tokens } = await server.refresh(refreshToken);
  // Its key is not in the ring yet: the verifier renews before it judges.
  expect(await ask(verifier, tokens?.accessToken)).toBe('authenticated');
});

test('a token with the old roles is refused after a change of roles, and its session goes on [R18] [R31]', async () => {
  const { server, verifier } = await start();
  const { accessToken, refreshToken, caller } = await hold(server, verifier);
  const ends = watch(verifier, caller);
  await server.app.administration.setUserRoles({ user: decode(accessToken).claims.sub as string, roles: ['USER', 'ADMIN'] });
  expect(ends).toEqual([{ code: 4403, reason: 'TOKEN_REVOKED' }]);
  expect(await ask(verifier, accessToken)).toBe('TOKEN_REVOKED without its session');
  const { tokens } = await server.refresh(refreshToken);
  expect((await callerOf(verifier, tokens?.accessToken as string)).token.roles).toContain('ADMIN');
});

test('nothing else is refused: another session of the same user goes on [R14]', async () => {
  const { server, verifier } = await start();
  const { accessToken } = await hold(server, verifier);
  const other = await server.login();
  const caller = await callerOf(verifier, other.accessToken);
  const ends = watch(verifier, caller);
  await logOutTold(server, accessToken);
  expect([ends, verifier.check(caller), await ask(verifier, other.accessToken)]).toEqual([[], 'live', 'authenticated']);
});

test('a closed verifier is no member: a logout does not wait for it, and it says `unknown`', async () => {
  const { server, verifier } = await start();
  const { accessToken, caller } = await hold(server, verifier);
  const ends = watch(verifier, caller);
  await verifier.close();
  expect(ends).toEqual([{ code: 1013, reason: 'AUTH_UNAVAILABLE' }]);
  expect([await verifier.check(caller), await ask(verifier, accessToken)]).toEqual(['unknown', 'unknown']);
  expect(verifier.status).toMatchObject({ hasLease: false, fault: 'stopped' });
  const { confirmation } = await logOutTold(server, accessToken);
  expect(confirmation).toMatchObject({ by: 'SINGLE_NODE', nodes: 1 });
});
