/** Subscriptions over WebSocket pass the same door, and a socket ends with its session. */
import { expect, test } from 'vitest';
import { EMAIL, PASSWORD } from '../support/app/requests.js';
import type { TestApp } from '../support/app/start-app.js';
import { logOut } from '../support/mutations/mutations.js';
import { startListening, TICK, untilListeners } from '../support/resolvers/ticks.js';
import { connect, openSocket, subscribe } from '../support/sockets/sockets.js';

test('events reach who is logged in, until the socket is closed', async () => {
  const { app, address, ticks } = await startListening();
  const { accessToken } = await app.register();
  const socket = await connect(address, accessToken);
  subscribe(socket, TICK);
  await untilListeners(ticks, 1);
  ticks.emit(7);
  expect((await socket.hear('next')).payload).toEqual({ data: { tick: 7 } });
  socket.say({ id: '1', type: 'complete' });
  await untilListeners(ticks, 0);
  subscribe(socket, TICK, '2');
  await untilListeners(ticks, 1);
  socket.raw.close();
  await untilListeners(ticks, 0);
});

test('a logout on another connection closes the idle socket of the session with 4401 before it has answered, and no other [R28]', async () => {
  const { app, address, ticks } = await startListening();
  const [mine, other] = [await app.register(), await app.login()];
  const [socket, spared] = [await connect(address, mine.accessToken), await connect(address, other.accessToken)];
  for (const each of [socket, spared]) subscribe(each, TICK);
  await untilListeners(ticks, 2);
  expect(await logOut(app, { token: mine.accessToken })).toBe(1);
  ticks.emit(1);
  expect(await socket.closed).toBe('4401 TOKEN_REVOKED');
  expect(socket.frames.filter(({ type }) => type === 'next')).toEqual([]);
  expect((await spared.hear('next')).payload).toEqual({ data: { tick: 1 } });
  await untilListeners(ticks, 1);
});

test.for([
  [4401, 'revokeUserSessions', (app: TestApp) => app.app.administration.revokeUserSessions({ user: EMAIL })],
  [4401, 'disableUser', (app: TestApp) => app.app.administration.disableUser({ user: EMAIL })],
  [
    4403,
    'setUserRoles, which kills the access token only',
    (app: TestApp) => app.app.administration.setUserRoles({ user: EMAIL, roles: ['EDITOR'] }),
  ],
  [4401, 'revokeAllSessions', (app: TestApp) => app.app.administration.revokeAllSessions({})],
  [
    4403,
    'revokeKey',
    async (app: TestApp) => {
      const { result } = (await app.app.administration.listKeys()) as { result: { kid: string }[] };
      await app.app.administration.revokeKey({ kid: result[0]?.kid ?? '' });
    },
  ],
] as const)('with %i a socket is closed by %s [R28] [R31]', async ([code, , act]) => {
  const { app, address } = await startListening();
  const { accessToken } = await app.register();
  const socket = await connect(address, accessToken);
  await act(app);
  expect(await socket.closed).toBe(`${code} TOKEN_REVOKED`);
});

test('a refresh token that is used a second time closes the sockets of its session [R28]', async () => {
  const { app, address } = await startListening();
  const { accessToken, refreshToken } = await app.register();
  const socket = await connect(address, accessToken);
  await app.refresh(refreshToken);
  app.clock.advance(60);
  await app.refresh(refreshToken);
  expect(await socket.closed).toBe('4401 TOKEN_REVOKED');
});

test('a logout over its own socket is answered, and then the socket is closed; a subscription beside it hears nothing more [R28]', async () => {
  const { app, address, ticks } = await startListening();
  const { accessToken } = await app.register();
  const socket = await connect(address, accessToken);
  subscribe(socket, TICK, 'events');
  await untilListeners(ticks, 1);
  subscribe(socket, 'mutation { logout { endedSessions } }', 'logout');
  expect((await socket.hear('next', 'logout')).payload).toEqual({ data: { logout: { endedSessions: 1 } } });
  ticks.emit(1);
  expect(await socket.closed).toBe('4401 TOKEN_REVOKED');
  expect(socket.frames.filter(({ id, type }) => id === 'events' && type === 'next')).toEqual([]);
});

test('who comes with a revoked, an expired or a false token is not let in, and told why by the code [R28]', async () => {
  const { app, address } = await startListening();
  const [revoked, expired] = [await app.register(), await app.login()];
  await logOut(app, { token: revoked.accessToken });
  const closeOf = async (token: string) => {
    const socket = await openSocket(address);
    socket.say({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
    return socket.closed;
  };
  expect(await closeOf(revoked.accessToken)).toBe('4401 TOKEN_REVOKED');
  expect(await closeOf('nonsense')).toBe('4401 TOKEN_INVALID');
  app.clock.advance(16 * 60);
  expect(await closeOf(expired.accessToken)).toBe('4403 TOKEN_EXPIRED');
});

test('the token may stand in the Authorization header; a stranger may log in over the socket, and hears no events', async () => {
  const { app, address } = await startListening();
  const { accessToken } = await app.register();
  const byHeader = await openSocket(address, { headers: { authorization: `Bearer ${accessToken}` } });
  byHeader.say({ type: 'connection_init' });
  await byHeader.hear('connection_ack');
  subscribe(byHeader, '{ me { email } }');
  expect((await byHeader.hear('next')).payload).toEqual({ data: { me: { email: EMAIL } } });
  const stranger = await connect(address);
  subscribe(stranger, TICK, 'events');
  const refused = await stranger.hear('next', 'events');
  expect(refused.payload.errors[0].extensions).toEqual({ code: 'UNAUTHENTICATED', reason: 'TOKEN_MISSING' });
  subscribe(stranger, `mutation { login(input: { email: "${EMAIL}", password: "${PASSWORD}" }) { accessToken } }`, 'login');
  expect((await stranger.hear('next', 'login')).payload.data.login.accessToken).toMatch(/^ey/);
});

test('the limits of queries hold over a socket too', async () => {
  const { address } = await startListening();
  const socket = await connect(address);
  const deep = `{ ${'me { '.repeat(30)}id${' }'.repeat(31)}`;
  const wide = `{ ${Array.from({ length: 40 }, (_, index) => `a${index}: __typename`).join(' ')} }`;
  for (const [id, query] of Object.entries({ deep, wide, broken: '{', unknown: '{ nothing }' })) {
    subscribe(socket, query, id);
    const { payload } = await socket.hear('error', id);
    expect(payload[0].extensions.code).toMatch(/^GRAPHQL_(PARSE|VALIDATION)_FAILED$/);
  }
});

test.for([
  ['4400', (socket: Awaited<ReturnType<typeof openSocket>>) => socket.raw.send('no message')],
  ['4401', (socket: Awaited<ReturnType<typeof openSocket>>) => subscribe(socket, TICK)],
  [
    '4429',
    (socket: Awaited<ReturnType<typeof openSocket>>) => {
      socket.say({ type: 'connection_init' });
      socket.say({ type: 'connection_init' });
    },
  ],
] as const)('a client that does not keep to the protocol is closed with %s', async ([code, act]) => {
  const { address } = await startListening();
  const socket = await openSocket(address);
  act(socket);
  expect(await socket.closed).toMatch(new RegExp(`^${code}`));
});

test('a second operation under the same name closes with 4409, another protocol with 4406', async () => {
  const { app, address, ticks } = await startListening();
  const { accessToken } = await app.register();
  const socket = await connect(address, accessToken);
  subscribe(socket, TICK);
  await untilListeners(ticks, 1);
  subscribe(socket, TICK);
  expect(await socket.closed).toMatch(/^4409/);
  await expect(openSocket(address, { protocol: 'graphql-ws' })).rejects.toThrow();
});

test('a page of a foreign origin gets no socket, one of the list does', async () => {
  const { address } = await startListening({ settings: { CORS_ORIGINS: 'https://app.example.com' } });
  await expect(openSocket(address, { headers: { origin: 'https://evil.example.com' } })).rejects.toThrow('403');
  const socket = await connect(address, undefined, { headers: { origin: 'https://app.example.com' } });
  await connect(address, undefined, { headers: { origin: address } });
  socket.raw.close();
});

test('a message larger than a request may be closes the socket', async () => {
  const { address } = await startListening();
  const socket = await openSocket(address);
  socket.say({ type: 'connection_init', payload: { long: 'x'.repeat(200_000) } });
  expect(await socket.closed).toMatch(/^1009/);
});

test('when the server stops the sockets are told, and do not hold it up', async () => {
  const { app, address } = await startListening();
  const { accessToken } = await app.register();
  const [mine, stranger] = [await connect(address, accessToken), await connect(address)];
  await app.app.close();
  expect(await mine.closed).toMatch(/^1001/);
  expect(await stranger.closed).toMatch(/^1001/);
});
