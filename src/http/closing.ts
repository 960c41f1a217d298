/** A client that keeps its connection open, or stops in the middle of a request, must not delay the stop of the server. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Log } from '../lib/log.js';

const LOOK_EVERY_MS = 250;
/** A client that sends nothing, and reads nothing, for 5 s during the stop has stalled. */
const STALLED_AFTER_LOOKS = 20;

interface Connection {
  /** The request whose head has arrived and whose answer is not sent yet. */
  exchange: { readonly request: IncomingMessage; readonly response: ServerResponse } | null;
  /** How far the transfer had come at the last look, and how many looks have found it there. */
  progress: string;
  looks: number;
}

/**
 * Node closes only the connections that are idle when the stop begins. A connection in the middle of a request would stay open after
 * the answer, until the client closes it. A connection that has sent nothing yet (browsers open some in advance) is not idle to Node,
 * which would wait for its first request for ever, and for the rest of a stalled upload until its time is over.
 */
export function closeConnectionsWhenStopping(server: FastifyInstance, log: Log): void {
  let stopping = false;
  const connections = new Map<Socket, Connection>();
  server.server.on('connection', (socket: Socket) => {
    if (stopping) return void socket.destroy();
    connections.set(socket, { exchange: null, progress: '', looks: 0 });
    socket.once('close', () => connections.delete(socket));
  });
  server.server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const connection = connections.get(request.socket);
    if (connection === undefined) return;
    const exchange = { request, response };
    connection.exchange = exchange;
    response.once('close', () => {
      if (connection.exchange === exchange) connection.exchange = null;
    });
  });
  server.addHook('preClose', async () => {
    stopping = true;
    for (const socket of connections.keys()) if (socket.bytesRead === 0) socket.destroy();
    const looking = setInterval(() => endStalled(connections, log), LOOK_EVERY_MS);
    server.server.once('close', () => clearInterval(looking));
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

function endStalled(connections: ReadonlyMap<Socket, Connection>, log: Log): void {
  const stalled = [...connections].filter(([socket, connection]) => waitsForClient(connection) && !hasMoved(socket, connection));
  if (stalled.length === 0) return;
  log.warn({ connections: stalled.length }, 'the stop waited for clients that stopped sending or reading, and has cut them off');
  for (const [socket] of stalled) socket.destroy();
}

/** Whether the server can do nothing until the client sends the rest of its request, or reads the rest of its answer. */
function waitsForClient({ exchange }: Connection): boolean {
  return exchange === null || !exchange.request.complete || exchange.response.writableEnded;
}

function hasMoved(socket: Socket, connection: Connection): boolean {
  const progress = `${socket.bytesRead} ${socket.bytesWritten - socket.writableLength}`;
  const looks = progress === connection.progress ? connection.looks + 1 : 0;
  Object.assign(connection, { progress, looks });
  return looks < STALLED_AFTER_LOOKS;
}
