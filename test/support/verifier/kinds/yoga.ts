/** GraphQL Yoga on Node's server, with its own server-sent events. */
import { createServer, type RequestListener } from 'node:http';
import { makeExecutableSchema } from '@graphql-tools/schema';
import type { GraphQLSchema } from 'graphql';
import { guardSchema, useLatchkey } from '../../../../src/verifier/adapters/yoga.js';
import type { Verifier } from '../../../../src/verifier/verifier.js';
import { type Kind, PUBLIC, ROLES, resolversOf, SDL } from '../services.js';
import { listen } from './web-server.js';

export const yoga: Kind = {
  name: 'GraphQL Yoga',
  streams: 'server-sent events',
  hasStatus: true,
  async serve(parts) {
    const schema = makeExecutableSchema({ typeDefs: SDL, resolvers: resolversOf(parts) });
    const served = guardSchema(schema, parts.verifier, { public: PUBLIC, roles: ROLES });
    return listen(createServer(await createYogaServer(served, parts.verifier)));
  },
};

/** Yoga's types would declare `http` in the error extensions of all tests, so they are not loaded. */
export async function createYogaServer(schema: GraphQLSchema, verifier: Verifier): Promise<RequestListener> {
  const name: string = 'graphql-yoga';
  const { createYoga } = (await import(name)) as { createYoga(options: object): RequestListener };
  return createYoga({ schema, plugins: [useLatchkey(verifier)], logging: false });
}
