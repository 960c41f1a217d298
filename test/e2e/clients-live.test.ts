/** Popular clients with a subscription over a real socket: how each one reacts to the end of its session. */
import { ApolloClient, gql as apolloGql, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { subscriptionExchange, Client as UrqlClient, gql as urqlGql } from '@urql/core';
import { createClient as createEventClient, type Client as EventClient } from 'graphql-sse';
import { type ClientOptions, createClient, type Client as SocketClient } from 'graphql-ws';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import type { TestApp } from '../support/app/start-app.js';
import { logOut } from '../support/mutations/mutations.js';
import { startListening, TICK, type Ticks, untilListeners } from '../support/resolvers/ticks.js';

const REVOKED = { code: 'UNAUTHENTICATED', reason: 'TOKEN_REVOKED', sessionEnded: true };

/** The events that a program received, in order, and how it learned of the end. */
class Listening {
  readonly heard: unknown[] = [];
  readonly ended: Promise<unknown>;
  #wake: () => void = () => undefined;
  #end: (reason: unknown) => void = () => undefined;

  constructor() {
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  readonly hear = (event: unknown): void => {
    this.heard.push(event);
    this.#wake();
  };

  readonly end = (reason: unknown): void => this.#end(reason);

  async untilHeard(count: number): Promise<void> {
    while (this.heard.length < count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** A graphql-ws client with default options, and its log of every attempt to connect. */
function createSocketClient(
  address: string,
  connectionParams: NonNullable<ClientOptions['connectionParams']>,
  mayConnect = async () => undefined as unknown,
): { client: SocketClient; log: string[] } {
  const log: string[] = [];
  const client = createClient({
    url: async () => {
      await mayConnect();
      return `${address.replace('http', 'ws')}/graphql`;
    },
    webSocketImpl: WebSocket,
    connectionParams,
    on: {
      connecting: (isAgain) => log.push(isAgain ? 'connects again' : 'connects'),
      closed: (event) => {
        const { code, reason } = event as { code: number; reason: string };
        log.push(`${code} ${reason}`);
      },
    },
  });
  onTestFinished(() => client.dispose());
  return { client, log };
}

function listen(client: SocketClient | EventClient): Listening {
  const listening = new Listening();
  client.subscribe({ query: TICK }, { next: listening.hear, error: listening.end, complete: () => listening.end('complete') });
  return listening;
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** The client receives an event, then a logout elsewhere ends its subscription. It must not receive anything emitted after the logout. */
async function logOutWhileListening(app: TestApp, ticks: Ticks, token: string, listening: Listening): Promise<unknown> {
  await untilListeners(ticks, 1);
  ticks.emit(1);
  await listening.untilHeard(1);
  expect(await logOut(app, { token })).toBe(1);
  ticks.emit(2);
  const reason = await listening.ended;
  await untilListeners(ticks, 0);
  // A client that reconnects has done so by the time this is answered.
  expect(await app.ask(token)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
  return reason;
}

test('graphql-ws takes the end by a logout for final: it says the code and the reason, and does not come back [R28]', async () => {
  const { app, address, ticks } = await startListening();
  const { accessToken } = await app.register();
  const { client, log } = createSocketClient(address, bearer(accessToken));
  const listening = listen(client);
  expect(await logOutWhileListening(app, ticks, accessToken, listening)).toMatchObject({ code: 4401, reason: 'TOKEN_REVOKED' });
  expect(listening.heard).toEqual([{ data: { tick: 1 } }]);
  expect(log).toEqual(['connects', '4401 TOKEN_REVOKED']);
});

test('graphql-ws comes back after the end of its token, and asks for the next one [R28]', async () => {
  const { app, address, ticks } = await startListening({ settings: { ACCESS_TOKEN_TTL: '10s', CLOCK_TOLERANCE: '0s' } });
  const { accessToken, refreshToken } = await app.register();
  const tokens: (string | undefined)[] = [];
  app.clock.advance(9);
  const { client, log } = createSocketClient(address, async () => {
    const first = tokens.length === 0;
    if (!first) app.clock.advance(2);
    tokens.push(first ? accessToken : (await app.refresh(refreshToken)).tokens?.accessToken);
    return bearer(tokens.at(-1) ?? '');
  });
  const listening = listen(client);
  await untilListeners(ticks, 1);
  await untilListeners(ticks, 0);
  await untilListeners(ticks, 1);
  ticks.emit(1);
  await listening.untilHeard(1);
  expect(log).toEqual(['connects', '4403 TOKEN_EXPIRED', 'connects again']);
  expect(new Set(tokens).size).toBe(2);
});

test('graphql-ws comes back after the server has stopped, and hears on', async () => {
  const { app, address, ticks } = await startListening();
  const { accessToken } = await app.register();
  let serving: Promise<unknown> = Promise.resolve();
  // By default the library gives up on a server that it can't reach at all.
  const { client, log } = createSocketClient(address, bearer(accessToken), () => serving);
  const listening = listen(client);
  await untilListeners(ticks, 1);
  serving = app.restart({ PORT: new URL(address).port }).then((next) => next.app.listen());
  await untilListeners(ticks, 0);
  await untilListeners(ticks, 1);
  ticks.emit(1);
  await listening.untilHeard(1);
  expect(log).toEqual(['connects', '1001 The server is stopping', 'connects again']);
});

test('Apollo Client is told the code and the reason of the end, and does not come back [R28]', async () => {
  const { app, address, ticks } = await startListening();
  const { accessToken } = await app.register();
  const { client, log } = createSocketClient(address, bearer(accessToken));
  const apollo = new ApolloClient({ cache: new InMemoryCache(), link: new GraphQLWsLink(client) });
  const listening = new Listening();
  apollo.subscribe<{ tick: number }>({ query: apolloGql(TICK) }).subscribe({
    next: ({ data, error }) => (error === undefined ? listening.hear(data) : listening.end(error)),
    error: listening.end,
  });
  expect(String(await logOutWhileListening(app, ticks, accessToken, listening))).toContain('4401 TOKEN_REVOKED');
  expect(listening.heard).toEqual([{ tick: 1 }]);
  expect(log).toEqual(['connects', '4401 TOKEN_REVOKED']);
});

test('urql is told the code and the reason of the end, and does not come back [R28]', async () => {
  const { app, address, ticks } = await startListening();
  const { accessToken } = await app.register();
  const { client, log } = createSocketClient(address, bearer(accessToken));
  const urql = new UrqlClient({
    url: `${address}/graphql`,
    preferGetMethod: false,
    exchanges: [
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables }) => ({
          subscribe: (sink) => ({ unsubscribe: client.subscribe({ query, ...(variables ? { variables } : {}) }, sink) }),
        }),
      }),
    ],
  });
  const listening = new Listening();
  const { unsubscribe } = urql.subscription(urqlGql(TICK), {}).subscribe(({ data, error }) => {
    if (error === undefined) listening.hear(data);
    else listening.end(error.networkError);
  });
  onTestFinished(unsubscribe);
  expect(await logOutWhileListening(app, ticks, accessToken, listening)).toMatchObject({ code: 4401, reason: 'TOKEN_REVOKED' });
  expect(listening.heard).toEqual([{ tick: 1 }]);
  expect(log).toEqual(['connects', '4401 TOKEN_REVOKED']);
});

/** A graphql-sse client that retries without a pause, and the number of its requests. */
function createEventStreamClient(address: string, token: string): { client: EventClient; requests: () => number } {
  let requests = 0;
  const client = createEventClient({
    url: `${address}/graphql`,
    headers: bearer(token),
    retry: async () => undefined,
    fetchFn: (...request: Parameters<typeof fetch>) => {
      requests += 1;
      return fetch(...request);
    },
  });
  onTestFinished(() => client.dispose());
  return { client, requests: () => requests };
}

test('graphql-sse hears the reason as its last event, then the end, and does not come back [R28]', async () => {
  const { app, address, ticks } = await startListening();
  const { accessToken } = await app.register();
  const { client, requests } = createEventStreamClient(address, accessToken);
  const listening = listen(client);
  expect(await logOutWhileListening(app, ticks, accessToken, listening)).toBe('complete');
  expect(listening.heard).toEqual([{ data: { tick: 1 } }, { errors: [{ message: expect.any(String), extensions: REVOKED }] }]);
  expect(requests()).toBe(1);
});

test('who begins with a dead token is refused once by graphql-ws; graphql-sse tries a 401 five times more, and gives up [R28]', async () => {
  const { app, address } = await startListening();
  const { accessToken } = await app.register();
  await logOut(app, { token: accessToken });
  const { client, log } = createSocketClient(address, bearer(accessToken));
  expect(await listen(client).ended).toMatchObject({ code: 4401, reason: 'TOKEN_REVOKED' });
  expect(log).toEqual(['connects', '4401 TOKEN_REVOKED']);
  const events = createEventStreamClient(address, accessToken);
  expect(await listen(events.client).ended).toMatchObject({ response: { status: 401 } });
  expect(events.requests()).toBe(6);
});
