/** Popular clients against the built server on a real socket: how each one reports a login, a logout and a refusal. */
import { ApolloClient, ApolloLink, gql as apolloGql, CombinedGraphQLErrors, HttpLink, InMemoryCache } from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';
import { ErrorLink } from '@apollo/client/link/error';
import { fetchExchange, Client as UrqlClient, gql as urqlGql } from '@urql/core';
import { ClientError, GraphQLClient } from 'graphql-request';
import { expect, test } from 'vitest';
import { newUser, serve } from '../support/process/built-server.js';

const REGISTER = 'mutation Register($input: RegisterInput!) { register(input: $input) { accessToken refreshToken userErrors { code } } }';
const ME = 'query Me { me { email } }';
const LOGOUT = 'mutation Logout { logout { endedSessions userErrors { code } } }';
const REFRESH = 'mutation Refresh($input: RefreshTokenInput!) { refreshToken(input: $input) { accessToken userErrors { code } } }';

const REVOKED = { code: 'UNAUTHENTICATED', reason: 'TOKEN_REVOKED', sessionEnded: true };
const REFRESH_REFUSED = { accessToken: null, userErrors: [{ code: 'INVALID_REFRESH_TOKEN' }] };

interface Opened {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly userErrors: readonly unknown[];
}

test('Apollo Client sees the code and the reason of a token that was logged out [R4]', async () => {
  const uri = await serve();
  let token: string | undefined;
  const seen: unknown[] = [];
  const client = new ApolloClient({
    cache: new InMemoryCache(),
    link: ApolloLink.from([
      new ErrorLink(({ error }) => {
        if (CombinedGraphQLErrors.is(error)) seen.push(...error.errors.map(({ extensions }) => extensions));
      }),
      new SetContextLink(({ headers }) => ({ headers: { ...headers, ...(token ? { authorization: `Bearer ${token}` } : {}) } })),
      new HttpLink({ uri }),
    ]),
  });
  const me = () => client.query<{ me: { email: string } }>({ query: apolloGql(ME), fetchPolicy: 'network-only' });

  const registered = await client.mutate<{ register: Opened }>({
    mutation: apolloGql(REGISTER),
    variables: { input: newUser('apollo') },
  });
  const opened = registered.data?.register;
  token = opened?.accessToken;
  expect((await me()).data?.me).toMatchObject({ email: 'apollo@example.com' });

  const loggedOut = await client.mutate({ mutation: apolloGql(LOGOUT) });
  expect(loggedOut.data).toMatchObject({ logout: { endedSessions: 1, userErrors: [] } });
  expect(seen).toEqual([]);

  const refusal = await me().catch((error: unknown) => error);
  expect(CombinedGraphQLErrors.is(refusal) && refusal.errors.map(({ extensions }) => extensions)).toEqual([REVOKED]);
  expect(seen).toEqual([REVOKED]);

  const refreshed = await client.mutate({
    mutation: apolloGql(REFRESH),
    variables: { input: { refreshToken: opened?.refreshToken } },
  });
  expect(refreshed.data).toMatchObject({ refreshToken: REFRESH_REFUSED });
});

test('urql sees the code and the reason of a token that was logged out [R4]', async () => {
  const url = await serve();
  let token: string | undefined;
  const client = new UrqlClient({
    url,
    exchanges: [fetchExchange],
    preferGetMethod: false,
    requestPolicy: 'network-only',
    fetchOptions: () => (token ? { headers: { authorization: `Bearer ${token}` } } : {}),
  });
  const me = () => client.query<{ me: { email: string } | null }>(urqlGql(ME), {}).toPromise();

  const { data } = await client.mutation<{ register: Opened }>(urqlGql(REGISTER), { input: newUser('urql') }).toPromise();
  token = data?.register.accessToken;
  expect((await me()).data?.me).toMatchObject({ email: 'urql@example.com' });

  const loggedOut = await client.mutation(urqlGql(LOGOUT), {}).toPromise();
  expect(loggedOut.error).toBeUndefined();
  expect(loggedOut.data.logout).toMatchObject({ endedSessions: 1 });

  const refused = await me();
  expect(refused.data?.me).toBeNull();
  expect(refused.error?.graphQLErrors.map(({ extensions }) => extensions)).toEqual([REVOKED]);
  expect(refused.error?.networkError).toBeUndefined();

  const refreshed = await client.mutation(urqlGql(REFRESH), { input: { refreshToken: data?.register.refreshToken } }).toPromise();
  expect(refreshed.data.refreshToken).toMatchObject(REFRESH_REFUSED);
});

test('graphql-request sees the code and the reason of a token that was logged out [R4]', async () => {
  const url = await serve();
  const client = new GraphQLClient(url);

  const { register } = await client.request<{ register: Opened }>(REGISTER, { input: newUser('request') });
  client.setHeader('authorization', `Bearer ${register.accessToken}`);
  expect(await client.request(ME)).toEqual({ me: { email: 'request@example.com' } });
  expect(await client.request(LOGOUT)).toEqual({ logout: { endedSessions: 1, userErrors: [] } });

  const refusal = await client.request(ME).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(ClientError);
  expect(refusal instanceof ClientError && refusal.response.errors?.map(({ extensions }) => extensions)).toEqual([REVOKED]);
  expect(refusal instanceof ClientError && refusal.response.status).toBe(200);

  expect(await client.request(REFRESH, { input: { refreshToken: register.refreshToken } })).toEqual({ refreshToken: REFRESH_REFUSED });
});
