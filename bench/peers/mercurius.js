/** Mercurius on Fastify with compiled queries and a token check in memory. */
import Fastify from 'fastify';
import mercurius from 'mercurius';
import { resolvers } from './checked-resolvers.js';
import { tell } from './listen.js';
import { typeDefs } from './operations.js';
import { callerOf } from './token-check.js';

const server = Fastify();
await server.register(mercurius, {
  schema: typeDefs,
  resolvers,
  jit: 1,
  context: ({ headers }) => ({ caller: callerOf(headers.authorization) }),
});
tell(await server.listen({ port: 0, host: '127.0.0.1' }));
