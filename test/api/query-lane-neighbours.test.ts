/** The cache of repeated operations beside an application's hooks, other clients and other answers. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ApolloServer, type ApolloServerPlugin, type BaseContext } from '@apollo/server';
import { expect, test, vi } from 'vitest';
import { startApp } from '../support/app/start-app.js';
import { CrateResolver, weights } from '../support/resolvers/lane-resolvers.js';
import { connect, subscribe } from '../support/sockets/sockets.js';

const PLAIN = 'application/json; charset=utf-8';

test('an answer is sent once and kept by no cache, whatever hooks an application has', async () => {
  const app = await startApp({ resolvers: [CrateResolver] });
  const sent: unknown[] = [];
  app.app.server.addHook('preHandler', async (_request, reply) => void reply.header('cache-control', 'public'));
  app.app.server.addHook('onSend', async (_request, _reply, text) => {
    sent.push(text);
    await nextTurn();
    return text;
  });
  for (const query of ['{ later(count: 1) }', '{ crate { label } }', '{ withHead }']) {
    sent.length = 0;
    const texts: string[] = [];
    for (let time = 1; time <= 4; time += 1) {
      const { text, headers } = await app.send(query);
      texts.push(text);
      expect.soft(headers['cache-control'], `${query}, time ${time}`).toBe('no-store');
    }
    expect(sent, query).toEqual(texts);
  }
});

test('the type that an error has chosen is not taken for the type of other answers', async () => {
  const app = await startApp({ resolvers: [CrateResolver] });
  const typeOf = async (query: string) => (await app.send(query)).headers['content-type'];
  for (let time = 1; time <= 3; time += 1) expect(await typeOf('{ crate { label } }')).toBe(PLAIN);
  expect(await typeOf('{ withType }')).toContain('application/problem+json');
  expect(await typeOf('{ crate { label } }')).toBe(PLAIN);
});

test('a client that makes up ways to accept keeps nobody else on the long way', async () => {
  const entered = vi.spyOn(ApolloServer.prototype, 'executeHTTPGraphQLRequest');
  const app = await startApp({ resolvers: [CrateResolver] });
  const send = (accept: string) => app.send('{ crate { label } }', { headers: { accept } });
  for (let time = 1; time <= 3; time += 1) await send('*/*');
  for (let way = 0; way < 300; way += 1) await send(`application/json;q=0.${100 + way}`);
  entered.mockClear();
  for (let time = 1; time <= 5; time += 1) await send('application/json');
  expect(entered).toHaveBeenCalledTimes(1);
  entered.mockRestore();
});

test('a query that comes again sees the cookie of the client as it did at first [R30]', async () => {
  const app = await startApp({ resolvers: [CrateResolver] });
  const headers = { 'latchkey-refresh-token': 'cookie', cookie: '__Host-latchkey-refresh=lkr_any' };
  for (let time = 1; time <= 4; time += 1) {
    expect((await app.send('{ cookie }', { headers })).data).toEqual({ cookie: headers.cookie });
    expect((await app.send('{ cookie }')).data).toEqual({ cookie: null });
  }
});

test('a text is validated once, in the pipeline, where strangers wait for their turn', async () => {
  const app = await startApp({ resolvers: [CrateResolver] });
  await app.send('{ crate { label } }');
  const counts: number[] = [];
  for (let time = 1; time <= 4; time += 1) {
    weights.read = 0;
    expect((await app.send('{ weighed(weight: 7) }')).data).toEqual({ weighed: 7 });
    counts.push(weights.read);
  }
  expect(counts).toEqual([2, 1, 1, 1]);
});

test('over a socket a text is validated once as well, and answered with the bytes of a plain request', async () => {
  const app = await startApp({ resolvers: [CrateResolver] });
  const pipelines = vi.spyOn(ApolloServer.prototype, 'executeOperation');
  const { accessToken } = await app.register();
  const socket = await connect(await app.app.listen(), accessToken);
  const counts: number[] = [];
  const QUERY = '{ weighed(weight: 7) own administrators crate { label } }';
  for (let time = 1; time <= 4; time += 1) {
    weights.read = 0;
    subscribe(socket, QUERY, String(time));
    const { payload } = await socket.hear('next', String(time));
    const plain = JSON.parse((await app.send(QUERY, { token: accessToken })).text);
    expect(payload).toEqual(plain);
    counts.push(weights.read);
  }
  // Each of the two executes it once, and the first of them has validated it for both.
  expect(counts).toEqual([3, 2, 2, 2]);
  expect(pipelines).not.toHaveBeenCalled();
  pipelines.mockRestore();
});

test('a plugin that follows requests follows those of a socket too', async () => {
  const seen: unknown[] = [];
  const follow: ApolloServerPlugin<BaseContext> = { requestDidStart: async ({ request }) => void seen.push(request.query) };
  const app = await startApp({ resolvers: [CrateResolver], plugins: [follow] });
  const socket = await connect(await app.app.listen());
  for (let time = 1; time <= 3; time += 1) {
    subscribe(socket, '{ __typename }', String(time));
    await socket.hear('next', String(time));
  }
  expect(seen).toEqual(['{ __typename }', '{ __typename }', '{ __typename }']);
});
