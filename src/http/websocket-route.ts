/** /graphql over WebSocket: the protocol `graphql-transport-ws`, with the token in `connectionParams` or in the Authorization header. */
import type { Duplex } from 'node:stream';
import websocket from '@fastify/websocket';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Context, GRAPHQL_TRANSPORT_WS_PROTOCOL, makeServer, type ServerOptions, type SubscribePayload } from 'graphql-ws';
import type { IncomingRequest } from '../caller/caller.js';
import type { Answer } from '../caller/stream-door.js';
import type { OriginCheck } from './allowed-origins.js';
import { authorizationIn } from './connection-params.js';
import { incomingOf } from './incoming-request.js';
import { answerNotFound, BODY_LIMIT_BYTES, refuse, refuseOrigin, refuseRaw } from './refusals.js';
import { CONNECTIONS_PER_SESSION, endIfDead, OPERATIONS_PER_CONNECTION, type StreamParts, whenExpired } from './stream-door.js';
import { createWebSocketConnection, type RawSocket, type WebSocketConnection } from './websocket-connection.js';

const INIT_WITHIN_MS = 3_000;
const PING_EVERY_MS = 12_000;
const GOODBYE_WITHIN_MS = 2_000;
/** “Try Again Later”, from the IANA registry of close codes (RFC 6455, section 11.7). */
const TOO_MANY = 1013;

interface Extra {
  readonly connection: WebSocketConnection;
  incoming: IncomingRequest;
  stopTimer: () => void;
}

type Session = Context<Record<string, unknown>, Extra>;

/** Call it before the routes are registered: the plugin hooks into each of them. */
export async function allowWebSockets(server: FastifyInstance, origins: OriginCheck): Promise<void> {
  await server.register(websocket, {
    errorHandler: (_error, socket) => socket.terminate(),
    options: {
      maxPayload: BODY_LIMIT_BYTES,
      handleProtocols: (protocols: Set<string>) => (protocols.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) ? GRAPHQL_TRANSPORT_WS_PROTOCOL : false),
    },
    preClose: (done) => {
      const { websocketServer } = server;
      websocketServer.close();
      // The server has already told its clients that it stops. A client that does not close in time is terminated.
      const timer = setTimeout(() => {
        for (const client of websocketServer.clients) client.terminate();
      }, GOODBYE_WITHIN_MS);
      server.server.once('close', () => clearTimeout(timer));
      done();
    },
  });
  refuseUpgrades(server, origins);
}

/** Node 20 hands every request with an `Upgrade` to the one who upgrades, so it can't be served as if it had none. */
const OTHER_UPGRADE = 'The only protocol to upgrade to is "websocket". Send this request without the header "Upgrade" (HTTP/1.1 only).';

/** Answers an upgrade that must not happen as any other request: with JSON, a code and the security headers. */
function refuseUpgrades(server: FastifyInstance, origins: OriginCheck): void {
  /** The addresses with a WebSocket, those of an embedding application included. */
  const paths = new Set<string>();
  server.addHook('onRoute', ({ url, wsHandler, websocket: isWebSocket }) => {
    if (wsHandler !== undefined || isWebSocket === true) paths.add(url);
  });
  // The plugin would upgrade a request on every path, and close it only then. Such sockets would count against no limit.
  server.addHook('onRequest', (request, reply, done) => {
    if (!request.ws) return done();
    const { method, routeOptions, headers } = request;
    if (headers.upgrade?.toLowerCase() !== 'websocket') refuse(reply, 400, 'BAD_REQUEST', OTHER_UPGRADE);
    else if (method !== 'GET' || !paths.has(routeOptions.url ?? '')) answerNotFound(request, reply);
    else if (!origins.allows(request.raw)) refuseOrigin(reply);
    else done();
  });
  server.websocketServer.on('wsClientError', (_error: Error, socket: Duplex) => {
    socket.once('finish', () => socket.destroy());
    refuseRaw(socket, 400, 'This is no valid handshake of a WebSocket.', { 'sec-websocket-version': '13' });
  });
}

/** The callbacks that graphql-ws calls for a connection and its operations. */
interface Hooks<Args, Fault> {
  readonly connectionInitWaitTimeout: number;
  onConnect(session: Session): Promise<boolean>;
  onSubscribe(
    session: Session,
    id: string,
    payload: SubscribePayload,
  ): Promise<readonly Fault[] | (Args & { readonly token: WebSocketConnection['token'] })>;
  execute(args: Args): Promise<Answer>;
  subscribe(args: Args & { readonly token: WebSocketConnection['token'] }): Promise<object>;
  onNext(session: Session, id: string, payload: SubscribePayload, args: Args, result: object): Answer;
  onError(session: Session, id: string, payload: SubscribePayload, errors: readonly Fault[]): unknown;
  onComplete(session: Session, id: string): void;
}

/** @returns the handler for a new socket */
export function acceptWebSockets<Args, Fault>(
  parts: StreamParts<Args, Fault>,
): (socket: RawSocket & Emitter, request: FastifyRequest) => void {
  const { door, connections, addresses } = parts;
  const options: Hooks<Args, Fault> = {
    connectionInitWaitTimeout: INIT_WITHIN_MS,
    onConnect: (session) => connect(session, parts),
    async onSubscribe(session, id, payload) {
      const { connection, incoming } = session.extra;
      if (Object.keys(session.subscriptions).length > OPERATIONS_PER_CONNECTION) {
        connection.close(TOO_MANY, 'Too many operations at once');
        return [];
      }
      const prepared = await door.prepare(incoming, payload);
      if (prepared.kind === 'refused') return prepared.errors;
      if (prepared.type === 'mutation') connection.owe(id);
      return { ...prepared.args, token: connection.token };
    },
    execute: (args) => door.execute(args),
    subscribe: (args) => door.subscribe(args, args.token),
    onNext: (_session, _id, _payload, _args, result) => door.format(result),
    onError: (_session, _id, _payload, errors) => door.format({ errors }).errors,
    onComplete: ({ extra }, id) => {
      // Settles one turn later, since the library sends the operation's last message in this turn.
      setImmediate(() => extra.connection.settle(id));
    },
  };
  // The cast is needed because the library's types come from `graphql`, which src/http must not import.
  const server = makeServer(options as unknown as ServerOptions<Record<string, unknown>, Extra>);

  return (socket, request) => {
    const incoming = incomingOf(request);
    const connection = createWebSocketConnection(socket);
    const giveBack = addresses.take(incoming.origin.ipAddress);
    if (giveBack === null) {
      socket.close(TOO_MANY, 'Too many connections from this address');
      return;
    }
    const extra: Extra = { connection, incoming, stopTimer: () => undefined };
    const stopPinging = ping(socket);
    const closed = server.opened(
      {
        protocol: socket.protocol,
        send: (text) => connection.send(text),
        close: (code, reason) => connection.close(code ?? 1000, reason ?? ''),
        onPing: (payload) => connection.pong(payload),
        onMessage(take) {
          socket.on('message', (message: Buffer) => {
            // Messages that arrive while the connection is ending are ignored.
            if (!connection.isEnding) take(String(message)).catch(() => connection.close(4500, 'Internal server error'));
          });
        },
      },
      extra,
    );
    socket.once('close', (code: number, reason: Buffer) => {
      stopPinging();
      extra.stopTimer();
      giveBack();
      connections.remove(connection);
      void closed(code, String(reason));
    });
  };
}

/** The events of a `ws` socket that are used here. */
interface Emitter {
  on(event: 'message', listener: (message: Buffer) => void): unknown;
  on(event: 'pong', listener: () => void): unknown;
  once(event: 'close', listener: (code: number, reason: Buffer) => void): unknown;
}

/** Handles a client's first message: admits the client, or closes the socket with the reason. */
async function connect<Args, Fault>(session: Session, parts: StreamParts<Args, Fault>): Promise<boolean> {
  const { door, connections, now } = parts;
  const { extra } = session;
  const { connection } = extra;
  const authorization = authorizationIn(session.connectionParams);
  if (authorization.length > 0) extra.incoming = { ...extra.incoming, authorization };
  const admission = await door.admit(extra.incoming);
  if (admission.kind === 'refused') {
    if (admission.cause === 'invalid') connection.close(4401, 'TOKEN_INVALID');
    else connection.end(admission.cause);
    return true;
  }
  const { token } = admission;
  // A client that left during the check must not be indexed: nothing would ever remove it.
  if (!connection.isOpen) return true;
  if (token !== null && connections.countOf(token.sid) >= CONNECTIONS_PER_SESSION) {
    connection.close(TOO_MANY, 'Too many connections of this session');
    return true;
  }
  connection.token = token;
  extra.stopTimer = whenExpired(token, now(), () => connection.end('expired'));
  await endIfDead(parts, connection);
  return true;
}

/** Terminates a client that does not answer pings: it is gone, even if TCP still shows the connection as open. */
function ping(socket: RawSocket & Emitter): () => void {
  let isAlive = true;
  socket.on('pong', () => {
    isAlive = true;
  });
  const timer = setInterval(() => {
    if (!isAlive) return socket.terminate();
    isAlive = false;
    if (socket.readyState === socket.OPEN) socket.ping();
  }, PING_EVERY_MS);
  return () => clearInterval(timer);
}
