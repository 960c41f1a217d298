/** GraphQL Yoga on `node:http` with compiled queries and a token check in memory. */
import { createServer } from 'node:http';
import { useGraphQlJit } from '@envelop/graphql-jit';
import { createSchema, createYoga } from 'graphql-yoga';
import { resolvers } from './checked-resolvers.js';
import { listen } from './listen.js';
import { typeDefs } from './operations.js';
import { callerOf } from './token-check.js';

const yoga = createYoga({
  schema: createSchema({ typeDefs, resolvers }),
  plugins: [useGraphQlJit()],
  logging: 'error',
  maskedErrors: false,
  // Switched off, because Latchkey's answers do not have these either.
  cors: false,
  graphiql: false,
  landingPage: false,
  multipart: false,
  context: ({ request }) => ({ caller: callerOf(request.headers.get('authorization') ?? undefined) }),
});
listen(createServer(yoga));
