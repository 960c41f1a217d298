/** `latchkey/client/urql` with urql: it sends the token, replaces a refused one, and keeps no answer after the session ends. */
import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { expect, onTestFinished, test } from 'vitest';
import type { AuthClient } from '../../src/client/auth-client.js';
import { createAuthSocket } from '../../src/client/graphql-ws.js';
import { authExchange } from '../../src/client/urql.js';
import { home } from '../support/client/client-home.js';
import { type ClientWorld, CREDENTIALS, startWorld, type Tab } from '../support/client/clients.js';

interface UrqlWorld extends ClientWorld {
  readonly tab: Tab;
  readonly client: Client;
  /** The values of the application's own header, one per request. */
  readonly ownHeaders: readonly (string | null)[];
}

/** The server's CORS policy accepts this header from every allowed origin. */
const OWN_HEADER = 'x-apollo-operation-name';

async function startUrql(): Promise<UrqlWorld> {
  const world = await startWorld();
  const tab = world.open();
  await tab.register(CREDENTIALS);
  const socket = createAuthSocket(tab, { url: world.url.replace('http', 'ws'), webSocketImpl: home.WebSocket });
  onTestFinished(() => void socket.dispose());
  const ownHeaders: (string | null)[] = [];
  const client = new Client({
    url: world.url,
    fetch(input, init) {
      ownHeaders.push(new Headers(init?.headers).get(OWN_HEADER));
      return world.network.fetch(input, init);
    },
    preferGetMethod: false,
    requestPolicy: 'network-only',
    fetchOptions: () => ({ headers: { [OWN_HEADER]: 'Own' } }),
    exchanges: [
      authExchange(tab),
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables }) => ({
          subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query, variables: variables as Record<string, unknown> }, sink) }),
        }),
      }),
      fetchExchange,
    ],
  });
  return { ...world, tab, client, ownHeaders };
}

const me = ({ client }: UrqlWorld) => client.query<{ me: { email: string } | null }>('{ me { email } }', {}).toPromise();
const extensionsOf = ({ error }: Awaited<ReturnType<typeof me>>) => error?.graphQLErrors.map(({ extensions }) => extensions);

test('who is logged in is known to the server, and who is not may ask all the same', async () => {
  const world = await startUrql();
  expect((await me(world)).data?.me?.email).toBe(CREDENTIALS.email);
  await world.tab.logout();
  expect(extensionsOf(await me(world))).toEqual([{ code: 'UNAUTHENTICATED', reason: 'TOKEN_MISSING' }]);
  expect(world.ownHeaders).toEqual(['Own', 'Own']);
});

test('when the token has expired a refresh is made, and the operation is sent once more', async () => {
  const world = await startUrql();
  // Expires it by the server's clock only: the client still considers its token valid.
  await world.server.advance(16 * 60);
  const [asked, changed] = await Promise.all([me(world), world.client.mutation('mutation { changeName(name: "Ada") }', {}).toPromise()]);
  expect([asked.error, changed.error]).toEqual([undefined, undefined]);
  expect([asked.data, changed.data]).toEqual(
    [{ me: { email: CREDENTIALS.email } }, { changeName: 'Ada' }].map((data) => expect.objectContaining(data)),
  );
  expect(world.network.sent.filter((name) => name === 'refreshToken')).toHaveLength(1);
  await world.server.advance(16 * 60);
  expect((await me(world)).data?.me?.email).toBe(CREDENTIALS.email);
});

test('a mutation of which a part has happened is not sent again', async () => {
  const world = await startUrql();
  await world.server.advance(16 * 60);
  const mutation =
    'mutation($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { userErrors { code } } changeName(name: "Ada") }';
  const answer = await world.client.mutation(mutation, { input: { email: CREDENTIALS.email } }).toPromise();
  expect(answer.error?.graphQLErrors[0]?.extensions).toEqual({ code: 'UNAUTHENTICATED', reason: 'TOKEN_EXPIRED' });
  expect(world.network.sent.filter((name) => name === 'requestPasswordReset')).toHaveLength(1);
});

test('when the session was ended elsewhere it ends here, and the operation says why', async () => {
  const world = await startUrql();
  await world.server.revokeUserSessions(CREDENTIALS.email);
  expect(extensionsOf(await me(world))).toEqual([{ code: 'UNAUTHENTICATED', reason: 'TOKEN_REVOKED', sessionEnded: true }]);
  expect(world.tab.told.at(-1)).toBe('LOGGED_OUT ENDED');
});

test('without the network the operation fails, and the session is kept', async () => {
  const world = await startUrql();
  world.network.isDown = true;
  world.clock.set(3600);
  expect((await me(world)).error?.networkError).toMatchObject({ name: 'AuthError', code: 'UNREACHABLE' });
  expect(world.tab.state.status).toBe('loggedIn');
});

test('an answer that comes after the logout reaches nobody', async () => {
  const world = await startUrql();
  const answer = world.network.holdAnswer('me');
  const seen: { data?: unknown; networkError: unknown }[] = [];
  const { unsubscribe } = world.client
    .query('{ me { email } }', {})
    .subscribe(({ data, error }) => seen.push({ data, networkError: error?.networkError }));
  onTestFinished(unsubscribe);
  await answer.reached;
  await world.tab.logout();
  expect(world.network.aborted).toEqual(['me']);
  expect(seen).toEqual([{ data: undefined, networkError: expect.objectContaining({ code: 'LOGGED_OUT' }) }]);
});

test('a client that nobody uses any more is held by nothing: its cache is that of a user who is gone', async () => {
  const world = await startUrql();
  let listening = 0;
  const auth: AuthClient = {
    ...world.tab,
    onChange(listener) {
      listening += 1;
      const unsubscribe = world.tab.onChange(listener);
      return () => {
        listening -= 1;
        unsubscribe();
      };
    },
  };
  const client = new Client({
    url: world.url,
    fetch: world.network.fetch,
    preferGetMethod: false,
    requestPolicy: 'network-only',
    exchanges: [authExchange(auth), fetchExchange],
  });
  const answer = world.network.holdAnswer('me');
  const asked = client.query('{ me { email } }', {}).toPromise();
  await answer.reached;
  expect(listening).toBe(1);
  answer.release();
  expect((await asked).data.me.email).toBe(CREDENTIALS.email);
  expect(listening).toBe(0);
});

test('a subscription ends with the session, and its socket', async () => {
  const world = await startUrql();
  const seen: unknown[] = [];
  const { unsubscribe } = world.client
    .subscription('subscription { tick }', {})
    .subscribe(({ data, error }) => seen.push(data ?? error?.networkError));
  onTestFinished(unsubscribe);
  await world.server.untilListeners(1);
  await world.server.emitTick(1);
  await expect.poll(() => seen).toEqual([{ tick: 1 }]);
  await world.tab.logout();
  await world.server.untilListeners(0);
  expect(seen).toEqual([{ tick: 1 }, expect.objectContaining({ code: 'LOGGED_OUT' })]);
});
