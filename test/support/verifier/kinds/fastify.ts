/** Fastify with a guarded and a public route. */
import fastify from 'fastify';
import { onTestFinished } from 'vitest';
import { createPreHandler, getToken } from '../../../../src/verifier/adapters/fastify.js';
import type { RouteKind } from '../route-contract.js';

export const fastifyKind: RouteKind = {
  name: 'Fastify',
  async serve({ verifier }) {
    const app = fastify();
    onTestFinished(() => app.close());
    app.get('/hello', async () => ({ hello: 'hello' }));
    app.get('/me', { preHandler: createPreHandler(verifier) }, async (request) => ({ me: getToken(request).sub }));
    app.get('/secret', { preHandler: createPreHandler(verifier, { roles: ['ADMIN'] }) }, async () => ({ secret: 'secret' }));
    return app.listen({ port: 0, host: '127.0.0.1' });
  },
};
