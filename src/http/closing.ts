/** A client that keeps its connection open must not delay the stop of the server. */
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/**
 * Node closes only the connections that are idle when the stop begins. A connection in the middle of a request would stay open after
 * the answer, until the client closes it. A connection that has sent nothing yet (browsers open some in advance) is not idle to Node,
 * which would wait for its first request for ever.
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
    // An answer that was already being sent when the stop began has no `connection: close`. Its connection becomes idle one turn later.
    if (stopping) setImmediate(() => server.server.closeIdleConnections());
    done();
  });
}
