/** How much of the server one client may use over sockets. */
import { expect, test } from 'vitest';
import { EMAIL } from '../support/app/requests.js';
import { guess, LIMITED, tally, WRONG } from '../support/passwords/guessing.js';
import { startListening, TICK, untilListeners } from '../support/resolvers/ticks.js';
import { connect, type Frame, openSocket, subscribe, type TestSocket } from '../support/sockets/sockets.js';

test('who says nothing after opening a socket is closed with 4408', async () => {
  const { address } = await startListening();
  expect(await (await openSocket(address)).closed).toMatch(/^4408/);
});

test('a socket closes with 4403 when its token expires', async () => {
  const { app, address } = await startListening({ settings: { ACCESS_TOKEN_TTL: '10s', CLOCK_TOLERANCE: '0s' } });
  const { accessToken } = await app.register();
  app.clock.advance(9);
  expect(await (await connect(address, accessToken)).closed).toBe('4403 TOKEN_EXPIRED');
});

test('more operations at once than a socket may have close it, and end all of them', async () => {
  const { app, address, ticks } = await startListening();
  const { accessToken } = await app.register();
  const socket = await connect(address, accessToken);
  for (let id = 0; id < 100; id += 1) subscribe(socket, TICK, String(id));
  await untilListeners(ticks, 100);
  subscribe(socket, TICK, 'one more');
  expect(await socket.closed).toBe('1013 Too many operations at once');
  await untilListeners(ticks, 0);
});

test('more sockets than a session may have are refused, and one that closes makes room', async () => {
  const { app, address } = await startListening();
  const { accessToken } = await app.register();
  const sockets: TestSocket[] = [];
  for (let count = 0; count < 50; count += 1) sockets.push(await connect(address, accessToken));
  const refused = await openSocket(address);
  refused.say({ type: 'connection_init', payload: { authorization: `Bearer ${accessToken}` } });
  expect(await refused.closed).toBe('1013 Too many connections of this session');
  sockets[0]?.raw.close();
  await sockets[0]?.closed;
  await connect(address, accessToken);
});

test('a reader that does not read is dropped, and its subscription with it', async () => {
  const { app, address, ticks } = await startListening();
  const { accessToken } = await app.register();
  const socket = await connect(address, accessToken);
  // Each event carries a text as long as an alias may be.
  subscribe(socket, `subscription { ${'x'.repeat(50_000)}: tick }`);
  await untilListeners(ticks, 1);
  socket.raw.pause();
  // Much more than the kernel buffers for both sides.
  for (let tick = 0; tick < 1_000; tick += 1) ticks.emit(tick);
  await untilListeners(ticks, 0);
});

test('passwords that are tried over a socket count against the same limits as over HTTP', async () => {
  const { app, address } = await startListening({ settings: { LOGIN_ATTEMPTS: '3' } });
  await app.register();
  const socket = await connect(address);
  const answers: string[] = [];
  for (let attempt = 0; !answers.includes(LIMITED); attempt += 1) {
    const { payload } = await ask(socket, `login-${attempt}`);
    answers.push(payload.data.login?.userErrors[0].code ?? payload.errors[0].extensions.code);
  }
  expect(tally(answers)).toEqual({ [WRONG]: 3, [LIMITED]: 1 });
  expect(await guess(app, { from: '127.0.0.1' })).toBe(LIMITED);
});

function ask(socket: TestSocket, id: string): Promise<Frame> {
  const query = 'mutation($input: LoginInput!) { login(input: $input) { accessToken userErrors { code } } }';
  subscribe(socket, query, id, { input: { email: EMAIL, password: 'not the password' } });
  return socket.hear('next', id);
}
