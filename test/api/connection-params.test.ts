/** Where clients put the token of a WebSocket: it is found, or the connection is refused, but never taken for one without a token. */
import { expect, test } from 'vitest';
import { EMAIL } from '../support/app/requests.js';
import { logOut } from '../support/mutations/mutations.js';
import { startListening } from '../support/resolvers/ticks.js';
import { openSocket, subscribe } from '../support/sockets/sockets.js';

/** What the server makes of these params: the user's email, `anonymous`, or the code and reason of the close. */
async function answerTo(address: string, payload: unknown, headers: Record<string, string> = {}): Promise<string> {
  const socket = await openSocket(address, { headers });
  socket.say({ type: 'connection_init', ...(payload === undefined ? {} : { payload }) });
  // Not before the answer: on a socket that is ending the server reads no more.
  const opened = await Promise.race([socket.hear('connection_ack').catch(() => null), socket.closed]);
  if (typeof opened === 'string') return opened;
  subscribe(socket, '{ me { email } }');
  const heard = await Promise.race([socket.hear('next').catch(() => null), socket.closed]);
  if (heard === null || typeof heard === 'string') return socket.closed;
  socket.raw.close();
  return heard.payload.data.me?.email ?? heard.payload.errors[0].extensions.reason;
}

test('the token is found under every name and in every shape that common clients use', async () => {
  const { app, address } = await startListening();
  const { accessToken: token } = await app.register();
  const bearer = `Bearer ${token}`;
  const shapes: object[] = [
    { authorization: bearer },
    { Authorization: bearer },
    { AUTHORIZATION: `bearer ${token}` },
    { Authorization: token },
    { authToken: token },
    { auth_token: token },
    { token },
    { accessToken: token },
    { access_token: bearer },
    { 'x-auth-token': token },
    { jwt: token },
    { bearer: token },
    { auth: bearer },
    { auth: token },
    { headers: { Authorization: bearer } },
    { headers: { authorization: token } },
    { http: { headers: { Authorization: bearer } } },
    { context: { auth: { token } } },
    { authorization: { token } },
    { authorization: [bearer] },
    { headers: [['Authorization', bearer]] },
    { authorization: bearer, token },
    { lang: 'en', client: { name: 'web', version: 2 }, authorization: bearer },
  ];
  for (const shape of shapes) expect.soft(await answerTo(address, shape), JSON.stringify(shape)).toBe(EMAIL);
});

test('what stands in the place of a token and is none is refused', async () => {
  const { app, address } = await startListening();
  const [{ accessToken: token }, dead, other] = [await app.register(), await app.login(), await app.login()];
  await logOut(app, { token: dead.accessToken });
  const shapes: [shape: object, close: string][] = [
    [{ authorization: null }, '4401 TOKEN_INVALID'],
    [{ token: null }, '4401 TOKEN_INVALID'],
    [{ headers: { Authorization: null } }, '4401 TOKEN_INVALID'],
    [{ authToken: 7 }, '4401 TOKEN_INVALID'],
    [{ authToken: false }, '4401 TOKEN_INVALID'],
    [{ authorization: {} }, '4401 TOKEN_INVALID'],
    [{ authorization: [] }, '4401 TOKEN_INVALID'],
    [{ authorization: 'Bearer' }, '4401 TOKEN_INVALID'],
    [{ authorization: 'Bearer ' }, '4401 TOKEN_INVALID'],
    [{ authorization: 'Bearer undefined' }, '4401 TOKEN_INVALID'],
    [{ authorization: 'Basic YTpi' }, '4401 TOKEN_INVALID'],
    [{ authorization: `Token ${token}` }, '4401 TOKEN_INVALID'],
    [{ authorization: ` Bearer ${token}` }, '4401 TOKEN_INVALID'],
    [{ authorization: `Bearer ${token}`, token: other.accessToken }, '4401 TOKEN_INVALID'],
    [{ authorization: [token, other.accessToken] }, '4401 TOKEN_INVALID'],
    [{ authorization: `Bearer ${token}`, headers: { authorization: null } }, '4401 TOKEN_INVALID'],
    [{ anything: 'eyJhbGciOiJub25lIn0.e30.' }, '4401 TOKEN_INVALID'],
    [{ a: { a: { a: { a: { a: { a: { a: { a: { a: { a: { token } } } } } } } } } } }, '4401 TOKEN_INVALID'],
    [[`Bearer ${token}`], '4400 Invalid message received'],
    [{ token: dead.accessToken }, '4401 TOKEN_REVOKED'],
    [{ headers: { Authorization: dead.accessToken } }, '4401 TOKEN_REVOKED'],
  ];
  for (const [shape, close] of shapes) expect.soft(await answerTo(address, shape), JSON.stringify(shape)).toBe(close);
});

test('a client that sends no token, or an empty text for it, is anonymous', async () => {
  const { address } = await startListening();
  for (const shape of [
    undefined,
    null,
    {},
    { authorization: '' },
    { headers: {} },
    { headers: { Authorization: '' } },
    { lang: 'en', tokens: 3 },
  ]) {
    expect.soft(await answerTo(address, shape), JSON.stringify(shape)).toBe('TOKEN_MISSING');
  }
});

test('a token in the params counts more than the Authorization header of the upgrade, which counts without one', async () => {
  const { app, address } = await startListening();
  const { accessToken } = await app.register();
  const headers = { authorization: `Bearer ${accessToken}` };
  expect(await answerTo(address, { token: '' }, headers)).toBe(EMAIL);
  expect(await answerTo(address, { token: 'x' }, headers)).toBe('4401 TOKEN_INVALID');
});
