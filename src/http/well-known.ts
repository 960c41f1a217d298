/** GET /.well-known/jwks.json: the public keys, for services that verify access tokens themselves (RFC 7517). */
import type { JsonWebKey } from 'node:crypto';
import type { FastifyInstance } from 'fastify';

const MAX_AGE_SECONDS = 60;

export function registerWellKnown(server: FastifyInstance, listPublicKeys: () => readonly JsonWebKey[]): void {
  server.get('/.well-known/jwks.json', async (_request, reply) => {
    return reply.header('cache-control', `public, max-age=${MAX_AGE_SECONDS}`).send({ keys: listPublicKeys() });
  });
}
