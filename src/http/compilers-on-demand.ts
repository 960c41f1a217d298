/** Loads Fastify's schema compilers with the first route that has a schema: no route here has one, and the compilers take 6 MB. */
import { createRequire } from 'node:module';
import type { FastifyServerOptions } from 'fastify';

type SchemaController = NonNullable<FastifyServerOptions['schemaController']>;

const require = createRequire(import.meta.url);

/**
 * The routes of an application may have schemas. They must write header names in lower case: Fastify converts the names only if it loads
 * the compiler itself.
 */
export const compilersOnDemand = {
  compilersFactory: {
    buildValidator: (...schemas: unknown[]) => require('@fastify/ajv-compiler')()(...schemas),
    buildSerializer: (...schemas: unknown[]) => require('@fastify/fast-json-stringify-compiler')()(...schemas),
  },
} satisfies SchemaController;
