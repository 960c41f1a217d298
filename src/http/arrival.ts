/** How long a request may take to arrive. A client that never finishes one must not keep a connection for ever. */
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

export interface Arrival {
  /** From the first byte of a request to its last, and from the opening of a connection to its first byte. */
  readonly withinMs: number;
  /** How often Node looks for requests that are late. Its default of 30 s would make the limit twice as long. */
  readonly lookEveryMs: number;
}

export const ARRIVAL: Arrival = { withinMs: 30_000, lookEveryMs: 1_000 };

/** The options of Node's server. */
export function arrivalOptions({ withinMs, lookEveryMs }: Arrival) {
  return { requestTimeout: withinMs, headersTimeout: withinMs, connectionsCheckingInterval: lookEveryMs };
}

/** Node's own limits begin with the first byte, so it would keep a connection on which nothing ever comes. */
export function endSilentConnections(server: FastifyInstance, { withinMs }: Arrival): void {
  server.server.on('connection', (socket: Socket) => {
    const late = setTimeout(() => {
      if (socket.bytesRead === 0) socket.destroy();
    }, withinMs).unref();
    socket.once('close', () => clearTimeout(late));
  });
}
