/** A service of another team: its kind, what its resolvers need, and how a client speaks to it. */
import type { Verifier } from '../../../src/verifier/verifier.js';
import { openStream as openEvents } from '../sockets/event-streams.js';
import { connect, subscribe } from '../sockets/sockets.js';
import type { Ticks } from './ticks.js';

/** What the resolvers of a service need from outside. */
export interface ServiceParts {
  readonly verifier: Verifier;
  readonly ticks: Ticks;
  /** Logs out at the login server, in the middle of an operation of the service. */
  logOut(token: string): Promise<void>;
}

export interface Kind {
  readonly name: string;
  /** Serves `SDL` at `/graphql` on a free port until the test ends. @returns `http://127.0.0.1:…` */
  serve(parts: ServiceParts): Promise<string>;
  readonly streams: 'websocket' | 'server-sent events';
  /** Whether a request without a right caller gets 401 or 503, as plain HTTP would. */
  readonly hasStatus: boolean;
}

/** Every service serves this, each in its own way. `hello` is public, `secret` asks for a role. */
export const SDL = /* GraphQL */ `
  type Query {
    hello: String
    me: String
    secret: String
  }
  type Mutation {
    before: String
    logOut(token: String!): String
    after: String
  }
  type Subscription {
    ticks: Int
  }
`;

export const PUBLIC = ['Query.hello'];
export const ROLES = { 'Query.secret': ['ADMIN'] };

/** Resolvers for servers that take them as an object. */
export function resolversOf({ ticks, logOut }: ServiceParts) {
  return {
    Query: {
      hello: () => 'hello',
      me: (_source: unknown, _args: unknown, { caller }: { caller: { token: { sub: string } } }) => caller.token.sub,
      secret: () => 'secret',
    },
    Mutation: {
      before: () => 'before',
      logOut: async (_source: unknown, { token }: { token: string }) => {
        await logOut(token);
        return 'logged out';
      },
      after: () => 'after',
    },
    Subscription: { ticks: { subscribe: () => ticks.follow(), resolve: (tick: number) => tick } },
  };
}

export interface ServiceAnswer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: an answer is whatever the server sent; the test says what it must be
  readonly body: any;
}

export async function askService(url: string, query: string, token?: string, variables: object = {}): Promise<ServiceAnswer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** The code, reason and `sessionEnded` of the first error, or `ok`. */
export function outcomeOf(body: { errors?: { extensions?: Record<string, unknown> }[] }): string {
  const [error] = body.errors ?? [];
  if (error === undefined) return 'ok';
  const { code, reason, sessionEnded, retryAfter } = error.extensions ?? {};
  return [code, reason, sessionEnded === undefined ? undefined : `ended=${sessionEnded}`, retryAfter && `after=${retryAfter}`]
    .filter(Boolean)
    .join(' ');
}

export interface ServiceStream {
  /** Everything received so far. */
  text(): string;
  hear(part: string): Promise<void>;
  /** How it ended: the close code and reason of a WebSocket, or the code and reason of the last event. */
  readonly ended: Promise<string>;
}

export async function openServiceStream(kind: Pick<Kind, 'streams'>, url: string, token: string): Promise<ServiceStream> {
  const query = 'subscription { ticks }';
  if (kind.streams === 'websocket') {
    const socket = await connect(url, token);
    subscribe(socket, query);
    const text = () => JSON.stringify(socket.frames);
    const hear = async (part: string) => {
      while (!text().includes(part)) await socket.heardMore();
    };
    return { text, hear, ended: socket.closed };
  }
  const { text, hear, ended } = await openEvents(url, query, token);
  return { text, hear, ended: ended.then(lastErrorIn) };
}

function lastErrorIn(text: string): string {
  const last = [...text.matchAll(/^data: (\{.*)$/gm)].at(-1)?.[1] ?? '{}';
  return outcomeOf(JSON.parse(last));
}
