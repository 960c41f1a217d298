/** What is neither guarded nor public stops the server at its start: every adapter walks the schema. */
import 'reflect-metadata';
import { createServer } from 'node:http';
import { makeExecutableSchema } from '@graphql-tools/schema';
import fastify from 'fastify';
import { buildSchema as buildSdl } from 'graphql';
import { mercurius } from 'mercurius';
import { Authorized, buildSchema, Mutation, Query, Resolver } from 'type-graphql';
import { expect, onTestFinished, test } from 'vitest';
import { createContext, guardSchema } from '../../../src/verifier/adapters/apollo.js';
import { createMercuriusOptions, guardMercurius } from '../../../src/verifier/adapters/mercurius.js';
import * as forTypeGraphql from '../../../src/verifier/adapters/type-graphql.js';
import { createVerifier } from '../../../src/verifier/verifier.js';
import { createYogaServer } from '../../support/verifier/kinds/yoga.js';
import { resolversOf, SDL } from '../../support/verifier/services.js';
import { createTicks } from '../../support/verifier/ticks.js';

const OPEN = 'These fields are neither guarded nor public: Query.hello, Query.me';

/** It follows nobody: these tests are about the start. */
async function openVerifier() {
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const options = { url: 'http://127.0.0.1:9', credential: `lkv_${'x'.repeat(43)}`, audience: 'orders', log: silent };
  const verifier = await createVerifier(options);
  onTestFinished(() => verifier.close());
  return verifier;
}

async function start() {
  const verifier = await openVerifier();
  const resolvers = resolversOf({ verifier, ticks: createTicks(), logOut: async () => undefined });
  return { verifier, resolvers, schema: makeExecutableSchema({ typeDefs: SDL, resolvers }) };
}

test('Apollo Server gets no context function for a schema that did not go through guardSchema', async () => {
  const { verifier, schema } = await start();
  expect(() => createContext(verifier, schema)).toThrow(OPEN);
  createContext(verifier, guardSchema(schema, verifier));
});

test('Yoga does not take a schema that did not go through guardSchema', async () => {
  const { verifier, schema } = await start();
  await expect(createYogaServer(schema, verifier)).rejects.toThrow(OPEN);
  createServer(await createYogaServer(guardSchema(schema, verifier), verifier));
});

test('mercurius without guardMercurius refuses every request, and one that names a wrong field does not start', async () => {
  const { verifier, resolvers } = await start();
  const app = fastify();
  onTestFinished(() => app.close());
  await app.register(mercurius, { schema: SDL, resolvers: resolvers as never, ...createMercuriusOptions(verifier) });
  const answer = await app.inject({ method: 'POST', url: '/graphql', payload: { query: '{ hello }' } });
  expect(answer.body).toContain(OPEN);
  expect(answer.body).not.toContain('"hello":"hello"');
  const other = fastify();
  await other.register(mercurius, { schema: SDL, resolvers: resolvers as never, ...createMercuriusOptions(verifier) });
  guardMercurius(other, verifier, { public: ['Query.helo'] });
  await expect(other.ready()).rejects.toThrow('The schema has no such fields: Query.helo.');
});

test('type-graphql: a query without @Authorized and without @Public is named', async () => {
  @Resolver()
  class ForgetfulResolver {
    @Authorized()
    @Query(() => String)
    guarded() {
      return '';
    }

    @forTypeGraphql.Public()
    @Query(() => String)
    declaredPublic() {
      return '';
    }

    @Query(() => String)
    forgottenQuery() {
      return '';
    }

    @Mutation(() => String)
    forgottenMutation() {
      return '';
    }
  }
  const verifier = await openVerifier();
  const schema = await buildSchema({ resolvers: [ForgetfulResolver], authChecker: forTypeGraphql.createAuthChecker(verifier) });
  expect(() => forTypeGraphql.guardSchema(schema, verifier)).toThrow('public: Query.forgottenQuery, Mutation.forgottenMutation. Add @Auth');
});

test('a name that no field has, and a field that is public and has roles, are refused', async () => {
  const verifier = await openVerifier();
  const schema = buildSdl(SDL);
  expect(() => guardSchema(schema, verifier, { public: ['Query.helo'] })).toThrow('no such fields: Query.helo');
  expect(() => guardSchema(schema, verifier, { roles: { 'Query.secrets': [] } })).toThrow('no such fields: Query.secrets');
  expect(() => guardSchema(schema, verifier, { public: ['Query.me'], roles: { 'Query.me': ['A'] } })).toThrow('Query.me is public and');
});
