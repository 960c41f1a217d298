/** A subgraph of your own: the orders of a user. It honours every logout, because it follows Latchkey with `latchkey/verifier`. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GraphQLError } from 'graphql';
import { createPubSub, createSchema, createYoga, Repeater } from 'graphql-yoga';
import { type AuthenticatedCaller, createVerifier, type VerifierCaller } from 'latchkey/verifier';

const { LATCHKEY_URL = 'http://127.0.0.1:4000', LATCHKEY_CREDENTIAL = '', PORT = '4001' } = process.env;

const verifier = await createVerifier({ url: LATCHKEY_URL, credential: LATCHKEY_CREDENTIAL, audience: 'latchkey' });

interface Context {
  readonly caller: VerifierCaller;
}

interface Order {
  readonly id: string;
  readonly item: string;
  readonly buyerId: string;
}

const orders: Order[] = [];
const placed = createPubSub<{ placed: [buyerId: string, order: Order] }>();

/** Asks for every field, so that a logout counts in the middle of an operation too. */
async function liveCaller({ caller }: Context): Promise<AuthenticatedCaller> {
  if (caller.kind === 'anonymous') throw refusal('UNAUTHENTICATED', caller.reason);
  const verdict = caller.kind === 'unknown' ? 'unknown' : await verifier.check(caller);
  // Unknown is not refused: a client that is told UNAUTHENTICATED throws its session away.
  if (caller.kind === 'unknown' || verdict === 'unknown') throw refusal('AUTH_UNAVAILABLE');
  if (verdict !== 'live') throw refusal('UNAUTHENTICATED', `TOKEN_${verdict.toUpperCase()}`);
  return caller;
}

function refusal(code: string, reason?: string): GraphQLError {
  return new GraphQLError('You may not do this now.', { extensions: { code, ...(reason && { reason }) } });
}

const toGraphql = ({ id, item, buyerId }: Order) => ({ id, item, buyer: { __typename: 'User', id: buyerId } });

const SDL = /* GraphQL */ `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@authenticated"])
  type Query { orders: [Order!] @authenticated }
  type Mutation { placeOrder(item: String!): Order @authenticated }
  type Subscription { orderPlaced: Order @authenticated }
  type Order { id: ID!, item: String!, buyer: User }
  type User @key(fields: "id") { id: ID!, orders: [Order!] @authenticated }
`;

/** What a subgraph has besides, and the directives that it uses. */
const OF_A_SUBGRAPH = /* GraphQL */ `
  directive @link(url: String!, import: [String!]) repeatable on SCHEMA
  directive @key(fields: String!) repeatable on OBJECT
  directive @authenticated on FIELD_DEFINITION
  scalar _Any
  union _Entity = User
  type _Service { sdl: String! }
  extend type Query { _service: _Service!, _entities(representations: [_Any!]!): [_Entity]! }
`;

const schema = createSchema<Context>({
  typeDefs: [SDL, OF_A_SUBGRAPH],
  resolvers: {
    Query: {
      orders: async (_, __, context) => {
        const { token } = await liveCaller(context);
        return orders.filter(({ buyerId }) => buyerId === token.sub).map(toGraphql);
      },
      _service: () => ({ sdl: SDL }),
      // Nothing but the key is read, and what it leads to is guarded by itself.
      _entities: (_, { representations }: { representations: { __typename: string; id: string }[] }) =>
        representations.map(({ __typename, id }) => (__typename === 'User' ? { __typename, id: String(id) } : null)),
    },
    User: {
      orders: async ({ id }: { id: string }, _: object, context: Context) => {
        const { token } = await liveCaller(context);
        return token.sub === id ? orders.filter(({ buyerId }) => buyerId === id).map(toGraphql) : null;
      },
    },
    Mutation: {
      placeOrder: async (_, { item }: { item: string }, context) => {
        const { token } = await liveCaller(context);
        const order = { id: String(orders.length + 1), item, buyerId: token.sub };
        orders.push(order);
        placed.publish('placed', token.sub, order);
        return toGraphql(order);
      },
    },
    Subscription: {
      orderPlaced: {
        subscribe: async (_: unknown, __: object, context: Context) => {
          const caller = await liveCaller(context);
          const events = placed.subscribe('placed', caller.token.sub);
          // The stream ends before the logout is answered.
          return new Repeater<Order>(async (push, stop) => {
            const unwatch = verifier.watch(caller, () => void events.return());
            void stop.then(() => void events.return());
            for await (const order of events) push(order);
            unwatch();
            stop();
          });
        },
        resolve: async (order: Order, _: object, context: Context) => {
          await liveCaller(context);
          return toGraphql(order);
        },
      },
    },
  },
});

const yoga = createYoga<object, Context>({
  schema,
  context: async ({ request }) => ({ caller: await verifier.authenticate(request.headers.get('authorization') ?? undefined) }),
});

const server = createServer(yoga);
server.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`The orders answer at http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`);
});

process.once('SIGTERM', async () => {
  server.closeAllConnections();
  server.close();
  await verifier.close();
});
