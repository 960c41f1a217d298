/** `latchkey/client/apollo` with Apollo Client 4: it sends the token, replaces a refused one, and keeps no data after the session ends. */
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { OperationTypeNode } from 'graphql';
import { expect, onTestFinished, test } from 'vitest';
import { createAuthLink, forgetOnLogout } from '../../src/client/apollo.js';
import { createAuthSocket } from '../../src/client/graphql-ws.js';
import { home } from '../support/client/client-home.js';
import { type ClientWorld, CREDENTIALS, claimsOf, startWorld, type Tab } from '../support/client/clients.js';
import { act } from '../support/mutations/mutations.js';

interface ApolloWorld extends ClientWorld {
  readonly tab: Tab;
  readonly client: ApolloClient;
}

async function startApollo(): Promise<ApolloWorld> {
  const world = await startWorld();
  const tab = world.open();
  await tab.register(CREDENTIALS);
  const socket = createAuthSocket(tab, { url: world.url.replace('http', 'ws'), webSocketImpl: home.WebSocket });
  onTestFinished(() => void socket.dispose());
  const send = ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new GraphQLWsLink(socket),
    new HttpLink({ uri: world.url, fetch: world.network.fetch }),
  );
  const client = new ApolloClient({ cache: new InMemoryCache(), link: ApolloLink.from([createAuthLink(tab), send]) });
  onTestFinished(forgetOnLogout(client, tab));
  return { ...world, tab, client };
}

const ME = gql`query Me { me { email } }`;
const me = ({ client }: ApolloWorld) => client.query<{ me: { email: string } | null }>({ query: ME, fetchPolicy: 'network-only' });
/** Expires it by the server's clock only: the client still considers its token valid. */
const expire = ({ server }: ApolloWorld) => server.advance(16 * 60);
const extensionsOf = (error: unknown) => CombinedGraphQLErrors.is(error) && error.errors.map(({ extensions }) => extensions);

test('who is logged in is known to the server, and who is not may ask all the same', async () => {
  const world = await startApollo();
  expect((await me(world)).data?.me?.email).toBe(CREDENTIALS.email);
  await world.tab.logout();
  expect(extensionsOf(await me(world).catch((error: unknown) => error))).toEqual([{ code: 'UNAUTHENTICATED', reason: 'TOKEN_MISSING' }]);
});

test('when the token has expired a refresh is made, and the operation is sent once more', async () => {
  const world = await startApollo();
  await expire(world);
  const answers = await Promise.all([me(world), me(world), world.client.mutate({ mutation: gql`mutation { changeName(name: "Ada") }` })]);
  expect(answers.map(({ data }) => data)).toEqual([
    ...Array(2).fill({ me: { __typename: 'User', email: CREDENTIALS.email } }),
    { changeName: 'Ada' },
  ]);
  expect(world.network.sent.filter((name) => name === 'refreshToken')).toHaveLength(1);
});

test('a mutation of which a part has happened is not sent again', async () => {
  const world = await startApollo();
  await expire(world);
  const mutation = gql`
    mutation Both($input: RequestPasswordResetInput!) {
      requestPasswordReset(input: $input) { userErrors { code } }
      changeName(name: "Ada")
    }
  `;
  const failure = await world.client
    .mutate({ mutation, variables: { input: { email: CREDENTIALS.email } } })
    .catch((error: unknown) => error);
  expect(extensionsOf(failure)).toEqual([{ code: 'UNAUTHENTICATED', reason: 'TOKEN_EXPIRED' }]);
  expect(world.network.sent.filter((name) => name === 'requestPasswordReset')).toHaveLength(1);
  expect((await me(world)).data?.me?.email).toBe(CREDENTIALS.email);
});

test('when the session was ended elsewhere it ends here, and the operation says why', async () => {
  const world = await startApollo();
  await world.server.revokeUserSessions(CREDENTIALS.email);
  const failure = await me(world).catch((error: unknown) => error);
  expect(extensionsOf(failure)).toEqual([{ code: 'UNAUTHENTICATED', reason: 'TOKEN_REVOKED', sessionEnded: true }]);
  expect(world.tab.told.at(-1)).toBe('LOGGED_OUT ENDED');
});

test('without the network the operation fails, and the session is kept', async () => {
  const world = await startApollo();
  world.network.isDown = true;
  world.clock.set(3600);
  expect(await me(world).catch((error: unknown) => error)).toMatchObject({ name: 'AuthError', code: 'UNREACHABLE' });
  expect(world.tab.state.status).toBe('loggedIn');
});

test('a logout empties the cache, and active queries show nothing of who was there', async () => {
  const world = await startApollo();
  const seen: unknown[] = [];
  const asked = new Promise<void>((resolve) => {
    const active = world.client.watchQuery({ query: ME, errorPolicy: 'all' }).subscribe(({ data, error, loading }) => {
      seen.push(data);
      if (!loading && error) resolve();
      if (data) world.tab.logout();
    });
    onTestFinished(() => active.unsubscribe());
  });
  await asked;
  expect(JSON.stringify(seen)).toContain(CREDENTIALS.email);
  expect(JSON.stringify(seen.at(-1) ?? null)).not.toContain(CREDENTIALS.email);
  expect(JSON.stringify(world.client.extract())).not.toContain(CREDENTIALS.email);
});

test('an answer that comes after the logout reaches nobody', async () => {
  const world = await startApollo();
  const answer = world.network.holdAnswer('me');
  const mutation = world.network.holdAnswer('changeName');
  const asked = [me(world), world.client.mutate({ mutation: gql`mutation { changeName(name: "Ada") }` })];
  const failures = Promise.all(asked.map((each) => each.then(() => 'answered').catch(({ code }: { code: string }) => code)));
  await Promise.all([answer.reached, mutation.reached]);
  await world.tab.logout();
  await world.tab.login(CREDENTIALS);
  expect([...world.network.aborted].sort()).toEqual(['changeName', 'me']);
  expect(await failures).toEqual(['LOGGED_OUT', 'LOGGED_OUT']);
  expect(JSON.stringify(world.client.extract())).not.toContain(CREDENTIALS.email);
});

test('a subscription ends with the session, and its socket', async () => {
  const world = await startApollo();
  const ticks: unknown[] = [];
  const ended = new Promise((resolve) => {
    world.client
      .subscribe({ query: gql`subscription { tick }` })
      .subscribe({ next: ({ data }) => ticks.push(data), error: resolve, complete: () => resolve(null) });
  });
  await world.server.untilListeners(1);
  await world.server.emitTick(1);
  await expect.poll(() => ticks).toEqual([{ tick: 1 }]);
  await world.tab.logout();
  await ended;
  await world.server.untilListeners(0);
});

test('a subscription whose token was revoked while the session goes on is made again', async () => {
  const world = await startApollo();
  const { accessToken: token } = await world.server.makeAdministrator();
  const ticks: unknown[] = [];
  const subscription = world.client.subscribe({ query: gql`subscription { tick }` }).subscribe({ next: ({ data }) => ticks.push(data) });
  onTestFinished(() => subscription.unsubscribe());
  await world.server.untilListeners(1);
  const userId = claimsOf((await world.tab.getAccessToken()) ?? '').sub;
  await act(world.server, 'setUserRoles', { userId, roles: ['EDITOR'] }, token);
  await world.server.untilListened(2);
  await world.server.emitTick(2);
  await expect.poll(() => ticks).toEqual([{ tick: 2 }]);
});
