/** The HTTP server: limits, headers, and JSON answers for every request that fails before GraphQL. */
import cors from '@fastify/cors';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { Config } from '../config/config.js';
import type { Log } from '../lib/log.js';
import type { OriginCheck } from './allowed-origins.js';
import { ARRIVAL, arrivalOptions } from './arrival.js';
import { closeConnectionsWhenStopping } from './closing.js';
import { compilersOnDemand } from './compilers-on-demand.js';
import { admitHostedSandbox } from './hosted-sandbox.js';
import { decorateWithAddress, type Proxies } from './proxies.js';
import { answerBrokenRequest, answerError, answerNotFound, BODY_LIMIT_BYTES, refuseExpectation, refuseWrongHost } from './refusals.js';
import { SECURITY_HEADERS } from './security-headers.js';
import { warnOfUntoldProxy } from './untold-proxy.js';
import { allowWebSockets } from './websocket-route.js';

type Settings = Pick<Config, 'corsOrigins' | 'trustProxy' | 'explorer' | 'host'>;

const PREFLIGHT_MAX_AGE_SECONDS = 600;

interface Parts {
  readonly proxies: Proxies;
  /** The pages that may open WebSockets. */
  readonly streamOrigins: OriginCheck;
  readonly log: Log;
  readonly nextRequestId: () => string;
}

export async function createServer(settings: Settings, parts: Parts, arrival = ARRIVAL): Promise<FastifyInstance> {
  const { proxies, streamOrigins, log, nextRequestId } = parts;
  const server: FastifyInstance = Fastify({
    loggerInstance: log as FastifyBaseLogger,
    // Log lines name the request themselves; a logger for each request would cost more than the request.
    childLoggerFactory: (logger) => logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: nextRequestId,
    requestIdHeader: false,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: arrival.withinMs,
    trustProxy: trustOf(settings.trustProxy),
    forceCloseConnections: 'idle',
    // A request on an open connection is still served during the stop, since everything it needs is still there. Fastify would answer 503
    // in a shape of its own.
    return503OnClosing: false,
    schemaController: compilersOnDemand,
    routerOptions: { ignoreTrailingSlash: true },
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: answerError,
    http: { requireHostHeader: false, ...arrivalOptions(arrival) },
  });
  decorateWithAddress(server, proxies);
  // Only JSON is accepted: any page can send plain text or a form without a CORS preflight (CSRF).
  server.removeContentTypeParser('text/plain');
  const headers = { ...SECURITY_HEADERS, 'cache-control': 'no-store' };
  server.addHook('onRequest', (request, reply, done) => {
    // By default no cache may keep an answer. A route that allows it overrides `cache-control`.
    reply.headers(headers).header('x-request-id', request.id);
    done();
  });
  // Before every hook that may answer: the socket of an upgrade that is refused earlier would stay open.
  await allowWebSockets(server, streamOrigins);
  admitHostedSandbox(server, settings, log);
  // Without allowed origins the server sends no CORS headers, and a preflight gets 404.
  if (settings.corsOrigins.length > 0) await allowOrigins(server, settings.corsOrigins);
  server.addHook('onRequest', refuseWrongHost);
  server.server.on('checkExpectation', refuseExpectation);
  warnOfUntoldProxy(server, settings.trustProxy, log);
  closeConnectionsWhenStopping(server, log);
  server.setErrorHandler(answerError);
  server.setNotFoundHandler(answerNotFound);
  return server;
}

/** Without `allowedHeaders` a page may send the headers that it asks for: libraries add their own, for client awareness or tracing. */
async function allowOrigins(server: FastifyInstance, origins: readonly string[]): Promise<void> {
  await server.register(cors, {
    // `false` for all other origins: they get no CORS header and no answer to a preflight.
    origin: (origin, answer) => answer(null, origin !== undefined && origins.includes(origin) && origin),
    strictPreflight: false,
    methods: ['GET', 'POST'],
    credentials: true,
    exposedHeaders: ['x-request-id'],
    maxAge: PREFLIGHT_MAX_AGE_SECONDS,
  });
}

/** A number says how many proxies stand before this server: that many addresses, counted from the nearest, belong to proxies. */
function trustOf(proxies: Config['trustProxy']): boolean | string[] | ((address: string, hop: number) => boolean) {
  if (typeof proxies === 'number') return (_address, hop) => hop < proxies;
  return typeof proxies === 'boolean' ? proxies : [...proxies];
}
