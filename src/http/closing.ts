/** When the server stops, a client that keeps its connection open must not hold the stop up. */
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/**
 * Node closes the connections that are idle when the stop begins. One that is in the middle of a request then
 * would stay open after the answer, until the client lets go of it; and one that has never said a word (a browser opens such
 * connections in advance) is not idle to Node, which would wait for its first request for ever.
 */
export function closeConnectionsWhenStopping(server: FastifyInstance): void {
  let stopping = false;
  const connections = new Set<Socket>();
  server.server.on('connection', (connection: Socket) => {
    if (stopping) return void connection.destroy();
    connections.add(connection);
    connection.once('close', () => connections.delete(connection));
  });
  server.addHook('preClose', async () => {
    stopping = true;
    for (const connection of connections) if (connection.bytesRead === 0) connection.destroy();
  });
  server.addHook('onSend', (_request, reply, _payload, done) => {
    if (stopping) reply.header('connection', 'close');
    done();
  });
  server.addHook('onResponse', (_request, _reply, done) => {
    // An answer that was on its way when the stop began did not say so; its connection is idle a turn later.
    if (stopping) setImmediate(() => server.server.closeIdleConnections());
    done();
  });
}
