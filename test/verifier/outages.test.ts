/** The login server or its credential goes away: everything is unknown after the lease, nothing is accepted, and it comes back by itself. */
import { expect, test } from 'vitest';
import { addressOf } from '../support/feed/raw-feed.js';
import { logOutTold } from '../support/postgresql/lease-nodes.js';
import { startTcpProxy } from '../support/sockets/tcp-proxy.js';
import { ask, callerOf, openVerifier, startLoginServer, until, watch } from '../support/verifier/verifiers.js';

const SHORT = { LEASE: '300ms' };

async function startBehindProxy(options = {}) {
  const server = await startLoginServer(SHORT);
  const proxy = await startTcpProxy('127.0.0.1', Number(new URL(await addressOf(server)).port));
  const opened = await openVerifier(server, { url: `http://127.0.0.1:${proxy.port}`, leaseMs: 300, requestTimeoutMs: 300, ...options });
  await opened.verifier.ready();
  const { accessToken } = await server.register();
  const caller = await callerOf(opened.verifier, accessToken);
  return { server, proxy, accessToken, caller, ...opened };
}

test.for(['up', 'down'] as const)(
  'cut off (%s), it accepts nothing after its lease, and a logout waits no longer than for that [R22] [R36]',
  async (direction) => {
    const { server, proxy, verifier, accessToken, caller } = await startBehindProxy();
    const other = await server.login();
    const ends = watch(verifier, caller);
    await until(() => verifier.status.hasLease);
    proxy.hold(direction);
    const { confirmation } = await logOutTold(server, accessToken);
    expect(confirmation.by).toBe('LEASE_EXPIRY');
    // Whatever it says now, it does not accept the token.
    expect(['unknown', 'revoked']).toContain(await verifier.check(caller));
    expect(await ask(verifier, other.accessToken)).toBe('unknown');
    await until(() => ends.length > 0);
    const unavailable = { code: 1013, reason: 'AUTH_UNAVAILABLE' };
    // On a stream that is open already, the bell still arrives while nothing goes up.
    const possible = direction === 'up' ? [unavailable, { code: 4401, reason: 'TOKEN_REVOKED' }] : [unavailable];
    expect(ends).toHaveLength(1);
    expect(possible).toContainEqual(ends[0]);
    proxy.pass();
    proxy.reset();
    await expect.poll(() => ask(verifier, other.accessToken), { timeout: 60_000 }).toBe('authenticated');
    expect(await ask(verifier, accessToken)).toBe('TOKEN_REVOKED with its session');
    await proxy.close();
  },
);

test('a credential that is revoked makes everything unknown, also what was open, and the logout does not wait for ever [R36]', async () => {
  const server = await startLoginServer(SHORT);
  const { verifier, lines, credential } = await openVerifier(server, { leaseMs: 300 });
  await verifier.ready();
  const { accessToken } = await server.register();
  const caller = await callerOf(verifier, accessToken);
  const ends = watch(verifier, caller);
  await server.app.administration.revokeServiceCredential({ id: credential.id });
  await until(() => ends.length > 0);
  expect(ends).toEqual([{ code: 1013, reason: 'AUTH_UNAVAILABLE' }]);
  expect(await ask(verifier, accessToken)).toBe('unknown');
  expect(verifier.status.fault).toBe('credential-refused');
  expect(lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  expect(await logOutTold(server, accessToken)).toMatchObject({ endedSessions: 1 });
  expect(await verifier.check(caller)).not.toBe('live');
});

test('a bounded verifier is no member, refuses a logout at most S seconds later, and ends what is open then [R42]', async () => {
  const server = await startLoginServer({ LEASE: '60s' });
  const { verifier, steps } = await openVerifier(server, { mode: { bounded: 100 } });
  await verifier.ready();
  const { accessToken } = await server.register();
  const caller = await callerOf(verifier, accessToken);
  const ends = watch(verifier, caller);
  const { confirmation } = await logOutTold(server, accessToken);
  expect(confirmation).toMatchObject({ by: 'SINGLE_NODE', nodes: 1 });
  steps.monotonic += 99_000;
  expect(verifier.check(caller)).toBe('live');
  steps.monotonic += 1_000;
  expect(await verifier.check(caller)).toBe('revoked');
  expect(ends).toEqual([{ code: 4401, reason: 'TOKEN_REVOKED' }]);
  expect(await ask(verifier, accessToken)).toBe('TOKEN_REVOKED with its session');
});

test('a bounded verifier accepts nothing after S seconds without the server [R42]', async () => {
  const { proxy, verifier, steps, caller } = await startBehindProxy({ mode: { bounded: 10 } });
  proxy.hold();
  steps.monotonic += 10_000;
  expect(await verifier.check(caller)).toBe('unknown');
  proxy.reset();
  await proxy.close();
});

test('a caller whose `exp` comes is ended and refused', async () => {
  const server = await startLoginServer({ ACCESS_TOKEN_TTL: '60s' });
  const { verifier, steps } = await openVerifier(server, { clockToleranceSeconds: 60 });
  await verifier.ready();
  const caller = await callerOf(verifier, (await server.register()).accessToken);
  steps.wall += 59_900;
  const ends = watch(verifier, caller);
  await until(() => ends.length > 0);
  expect(ends).toEqual([{ code: 4403, reason: 'TOKEN_EXPIRED' }]);
  steps.wall += 60_100;
  expect(verifier.check(caller)).toBe('expired');
});
