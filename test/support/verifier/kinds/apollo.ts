/** Apollo Server on Express, with graphql-ws beside it. */
import { ApolloServer } from '@apollo/server';
import { expressMiddleware } from '@as-integrations/express5';
import { makeExecutableSchema } from '@graphql-tools/schema';
import express from 'express';
import type { GraphQLSchema } from 'graphql';
import { onTestFinished } from 'vitest';
import { createContext, guardSchema } from '../../../../src/verifier/adapters/apollo.js';
import type { Verifier } from '../../../../src/verifier/verifier.js';
import { type Kind, PUBLIC, ROLES, resolversOf, SDL } from '../services.js';
import { createWebServer, listen, serveSockets } from './web-server.js';

export const apollo: Kind = {
  name: 'Apollo Server',
  streams: 'websocket',
  hasStatus: true,
  serve(parts) {
    const schema = makeExecutableSchema({ typeDefs: SDL, resolvers: resolversOf(parts) });
    return serveApollo(guardSchema(schema, parts.verifier, { public: PUBLIC, roles: ROLES }), parts.verifier);
  },
};

export async function serveApollo(schema: GraphQLSchema, verifier: Verifier): Promise<string> {
  const { app, server } = createWebServer();
  const graphql = new ApolloServer({ schema, includeStacktraceInErrorResponses: false });
  await graphql.start();
  onTestFinished(() => graphql.stop());
  app.use('/graphql', express.json(), expressMiddleware(graphql, { context: createContext(verifier, schema) }));
  serveSockets(server, schema, verifier);
  return listen(server);
}
