/** What Fastify comes with to compile the schemas of routes, loaded with the first one: no route here has any, and it takes 6 MB. */
import { createRequire } from 'node:module';
import type { FastifyServerOptions } from 'fastify';

type SchemaController = NonNullable<FastifyServerOptions['schemaController']>;

const require = createRequire(import.meta.url);

/** An application's routes may have schemas. Names of headers are written in small letters there: Fastify helps with that only where it loads the compiler itself. */
export const compilersOnDemand = {
  compilersFactory: {
    buildValidator: (...schemas: unknown[]) => require('@fastify/ajv-compiler')()(...schemas),
    buildSerializer: (...schemas: unknown[]) => require('@fastify/fast-json-stringify-compiler')()(...schemas),
  },
} satisfies SchemaController;
