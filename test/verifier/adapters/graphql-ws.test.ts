/** The sockets of latchkey/verifier/graphql-ws: who may connect, and with which codes they close. Apollo's contract runs over them too. */
import { makeExecutableSchema } from '@graphql-tools/schema';
import { expect, test } from 'vitest';
import { guardSchema } from '../../../src/verifier/adapters/apollo.js';
import type { ConnectionOptions } from '../../../src/verifier/adapters/graphql-ws.js';
import { connect, openSocket, subscribe } from '../../support/sockets/sockets.js';
import { createWebServer, listen, serveSockets } from '../../support/verifier/kinds/web-server.js';
import { startLoginServer } from '../../support/verifier/login-server.js';
import { PUBLIC, resolversOf, SDL } from '../../support/verifier/services.js';
import { createTicks } from '../../support/verifier/ticks.js';

async function start(options: ConnectionOptions = {}) {
  const login = await startLoginServer();
  const verifier = await login.follow();
  const parts = { verifier, ticks: createTicks(), logOut: (token: string) => login.end(token) };
  const schema = guardSchema(makeExecutableSchema({ typeDefs: SDL, resolvers: resolversOf(parts) }), verifier, { public: PUBLIC });
  const { server } = createWebServer();
  serveSockets(server, schema, verifier, options);
  return { login, url: await listen(server), user: await login.registerUser() };
}

/** How the server closes a socket whose first message carries this. */
async function refusalOf(url: string, payload?: object): Promise<string> {
  const socket = await openSocket(url);
  socket.say({ type: 'connection_init', ...(payload === undefined ? {} : { payload }) });
  return socket.closed;
}

test('a socket needs a token, in the payload or in the header, and only one', async () => {
  const { url, user } = await start();
  const bearer = `Bearer ${user.accessToken}`;
  expect(await refusalOf(url)).toBe('4401 TOKEN_MISSING');
  expect(await refusalOf(url, { authorization: 'Bearer eyJ.eyJ.x' })).toBe('4401 TOKEN_INVALID');
  expect(await refusalOf(url, { authorization: 42 })).toBe('4401 TOKEN_INVALID');
  expect(await refusalOf(url, { authorization: bearer, Authorization: bearer })).toBe('4401 TOKEN_INVALID');
  await connect(url, user.accessToken);
  const socket = await openSocket(url, { headers: { authorization: bearer } });
  socket.say({ type: 'connection_init' });
  await socket.hear('connection_ack');
});

test('an idle socket closes at the logout, and says whether the session has ended', async () => {
  const { login, url, user } = await start();
  const other = await login.registerUser();
  const [ended, changed] = [await connect(url, user.accessToken), await connect(url, other.accessToken)];
  await login.end(user.accessToken);
  expect(await ended.closed).toBe('4401 TOKEN_REVOKED');
  await login.changeRoles(other);
  expect(await changed.closed).toBe('4403 TOKEN_REVOKED');
  expect(await refusalOf(url, { authorization: `Bearer ${user.accessToken}` })).toBe('4401 TOKEN_REVOKED');
});

test('strangers are admitted if the service says so, and get what is public only', async () => {
  const { url } = await start({ allowAnonymous: true });
  const socket = await connect(url);
  subscribe(socket, '{ hello }', '1');
  expect((await socket.hear('next', '1')).payload).toEqual({ data: { hello: 'hello' } });
  subscribe(socket, '{ me }', '2');
  const { errors } = (await socket.hear('next', '2')).payload;
  // The status of HTTP has no place on a socket.
  expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED', reason: 'TOKEN_MISSING' } }]);
  expect(errors[0].extensions).not.toHaveProperty('http');
  expect(await refusalOf(url, { authorization: 'Bearer eyJ.eyJ.x' })).toBe('4401 TOKEN_INVALID');
});
