/** A service with orders: Apollo Server, type-graphql and graphql-ws. A logout at the login server is honoured here at once. */
import 'reflect-metadata';
import { createServer } from 'node:http';
import { ApolloServer } from '@apollo/server';
import { expressMiddleware } from '@as-integrations/express5';
import { createPubSub } from '@graphql-yoga/subscription';
import express from 'express';
import { useServer } from 'graphql-ws/use/ws';
import { type AuthenticatedCaller, createVerifier } from 'latchkey/verifier';
import { createContext } from 'latchkey/verifier/apollo';
import { createConnectionHooks } from 'latchkey/verifier/graphql-ws';
import { createAuthChecker, guardSchema, Public } from 'latchkey/verifier/type-graphql';
import { Arg, Authorized, buildSchema, Ctx, Mutation, Query, Resolver, Root, Subscription } from 'type-graphql';
import { WebSocketServer } from 'ws';

const { LATCHKEY_URL = 'http://127.0.0.1:4000', LATCHKEY_CREDENTIAL = '', PORT = '4001' } = process.env;

const verifier = await createVerifier({ url: LATCHKEY_URL, credential: LATCHKEY_CREDENTIAL, audience: 'orders' });
const pubSub = createPubSub<{ orders: [string] }>();

@Resolver()
class OrdersResolver {
  @Public()
  @Query(() => String)
  hello(): string {
    return 'The shop is open.';
  }

  @Authorized()
  @Query(() => String)
  me(@Ctx() { caller }: { caller: AuthenticatedCaller }): string {
    return caller.token.sub;
  }

  @Authorized()
  @Mutation(() => String)
  placeOrder(@Arg('title', () => String) title: string): string {
    pubSub.publish('orders', title);
    return title;
  }

  @Authorized('ADMIN')
  @Mutation(() => Boolean)
  deleteAllOrders(): boolean {
    return true;
  }

  @Authorized()
  @Subscription(() => String, { topics: 'orders' })
  orderPlaced(@Root() title: string): string {
    return title;
  }
}

const schema = guardSchema(await buildSchema({ resolvers: [OrdersResolver], authChecker: createAuthChecker(verifier), pubSub }), verifier);
const apollo = new ApolloServer({ schema, includeStacktraceInErrorResponses: false });
await apollo.start();

const app = express();
app.use('/graphql', express.json(), expressMiddleware(apollo, { context: createContext(verifier, schema) }));

const server = createServer(app);
useServer({ schema, ...createConnectionHooks(verifier) }, new WebSocketServer({ server, path: '/graphql' }));

await verifier.ready();
server.listen(Number(PORT), '127.0.0.1', () => {
  const address = server.address();
  console.log(`http://127.0.0.1:${typeof address === 'object' ? address?.port : PORT}/graphql`);
});
