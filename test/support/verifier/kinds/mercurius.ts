/** mercurius on Fastify, with its own WebSockets. */
import fastify from 'fastify';
import { mercurius } from 'mercurius';
import { onTestFinished } from 'vitest';
import { createMercuriusOptions, guardMercurius } from '../../../../src/verifier/adapters/mercurius.js';
import { type Kind, PUBLIC, ROLES, resolversOf, SDL } from '../services.js';

export const mercuriusKind: Kind = {
  name: 'mercurius',
  streams: 'websocket',
  hasStatus: false,
  async serve(parts) {
    const app = fastify();
    onTestFinished(() => app.close());
    await app.register(mercurius, {
      schema: SDL,
      resolvers: resolversOf(parts) as never,
      ...createMercuriusOptions(parts.verifier),
    });
    guardMercurius(app, parts.verifier, { public: PUBLIC, roles: ROLES });
    return app.listen({ port: 0, host: '127.0.0.1' });
  },
};
