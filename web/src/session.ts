/** The session of this browser, and the Apollo Client that sends its access token. */
import { ApolloClient, HttpLink, InMemoryCache, split } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { OperationTypeNode } from 'graphql';
import { createAuthClient } from 'latchkey/client';
import { createAuthLink, forgetOnLogout } from 'latchkey/client/apollo';
import { createAuthSocket } from 'latchkey/client/graphql-ws';

const PATH = '/graphql';

export const socketUrl = () => location.origin.replace(/^http/, 'ws') + PATH;

/** The refresh token is in a cookie that no script can read; the access token is in the memory of this page. */
export const auth = createAuthClient({ url: PATH, tokens: 'cookie' });

/** Each connection misses the events before it, so every list on the page is read again. */
const readAgain = () => void apollo.refetchQueries({ include: 'active' }).catch(() => undefined);

const socket = createAuthSocket(auth, { url: socketUrl, on: { connected: readAgain } });

/** The server does not say from when on a subscription hears events. A list that has missed one is right again after this time. */
const READ_EVERY_MS = 20_000;

export const apollo = new ApolloClient({
  cache: new InMemoryCache(),
  link: createAuthLink(auth).concat(
    split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      new GraphQLWsLink(socket),
      new HttpLink({ uri: PATH, credentials: 'same-origin' }),
    ),
  ),
  // A cached list may show sessions that have ended, so every query also asks the server.
  defaultOptions: {
    watchQuery: { fetchPolicy: 'cache-and-network', pollInterval: READ_EVERY_MS, skipPollAttempt: () => document.hidden },
  },
});

forgetOnLogout(apollo, auth);

/** Call it after a mailed code was used: that may have ended this session or changed its user. */
export async function reviewSession(): Promise<void> {
  if (auth.state.status !== 'loggedIn') return;
  await auth.refresh().catch(() => undefined);
  await apollo.refetchQueries({ include: 'active' }).catch(() => undefined);
}
