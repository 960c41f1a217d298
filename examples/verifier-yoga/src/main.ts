/** A service with orders: GraphQL Yoga, with subscriptions by server-sent events. A logout at the login server is honoured here at once. */
import { createServer } from 'node:http';
import { createPubSub, createSchema, createYoga } from 'graphql-yoga';
import { type AuthenticatedCaller, createVerifier } from 'latchkey/verifier';
import { guardSchema, useLatchkey } from 'latchkey/verifier/yoga';

const { LATCHKEY_URL = 'http://127.0.0.1:4000', LATCHKEY_CREDENTIAL = '', PORT = '4001' } = process.env;

const verifier = await createVerifier({ url: LATCHKEY_URL, credential: LATCHKEY_CREDENTIAL, audience: 'orders' });
const pubSub = createPubSub<{ orders: [string] }>();

const schema = createSchema<{ caller: AuthenticatedCaller }>({
  typeDefs: /* GraphQL */ `
    type Query {
      hello: String!
      me: String!
    }
    type Mutation {
      placeOrder(title: String!): String!
      deleteAllOrders: Boolean!
    }
    type Subscription {
      orderPlaced: String!
    }
  `,
  resolvers: {
    Query: {
      hello: () => 'The shop is open.',
      me: (_root, _args, { caller }) => caller.token.sub,
    },
    Mutation: {
      placeOrder: (_root, { title }: { title: string }) => {
        pubSub.publish('orders', title);
        return title;
      },
      deleteAllOrders: () => true,
    },
    Subscription: {
      orderPlaced: { subscribe: () => pubSub.subscribe('orders'), resolve: (title: string) => title },
    },
  },
});

const yoga = createYoga({
  // Every query, mutation and subscription that is not named here needs a live token.
  schema: guardSchema(schema, verifier, { public: ['Query.hello'], roles: { 'Mutation.deleteAllOrders': ['ADMIN'] } }),
  plugins: [useLatchkey(verifier)],
});

const server = createServer(yoga);
await verifier.ready();
server.listen(Number(PORT), '127.0.0.1', () => {
  const address = server.address();
  console.log(`http://127.0.0.1:${typeof address === 'object' ? address?.port : PORT}/graphql`);
});
