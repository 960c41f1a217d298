/** GET /livez: the process runs. GET /readyz: it can tell who is logged in, and a revocation would hold. */
import type { FastifyInstance } from 'fastify';

/** Answers with the reason why the server is not ready, or null. */
export type FindUnreadiness = () => Promise<string | null>;

export function registerHealth(server: FastifyInstance, findUnreadiness: FindUnreadiness): void {
  server.get('/livez', async (_request, reply) => reply.send({ status: 'ok' }));
  server.get('/readyz', async (_request, reply) => {
    const reason = await findUnreadiness();
    return reason === null ? reply.send({ status: 'ok' }) : reply.code(503).send({ status: 'unavailable', reason });
  });
}
