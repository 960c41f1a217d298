/** The HTTP server: limits, headers, and JSON for everything that goes wrong before GraphQL. */
import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { Config } from '../config.js';
import type { Log } from '../log.js';
import { closeConnectionsWhenStopping } from './closing.js';
import { answerBrokenRequest, answerError, answerNotFound, BODY_LIMIT_BYTES, refuseExpectation, refuseMissingHost } from './refusals.js';
import { warnOfUntoldProxy } from './untold-proxy.js';

type Settings = Pick<Config, 'corsOrigins' | 'trustProxy'>;

const REQUEST_TIMEOUT_MS = 30_000;
const PREFLIGHT_MAX_AGE_SECONDS = 600;

export async function createServer(settings: Settings, log: Log, nextRequestId: () => string): Promise<FastifyInstance> {
  const server: FastifyInstance = Fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: nextRequestId,
    requestIdHeader: false,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    trustProxy: trustOf(settings.trustProxy),
    forceCloseConnections: 'idle',
    // What comes on an open connection during the stop is served, since everything it needs is still there; fastify would answer in a shape of its own.
    return503OnClosing: false,
    routerOptions: { ignoreTrailingSlash: true },
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: answerError,
    http: { requireHostHeader: false },
  });
  // GraphQL comes as JSON only; a form or plain text could be sent by any page without asking (CSRF).
  server.removeContentTypeParser('text/plain');
  server.addHook('onRequest', async (request, reply) => {
    // What may be kept says so itself.
    reply.header('x-request-id', request.id).header('cache-control', 'no-store');
  });
  await server.register(helmet, {
    contentSecurityPolicy: { directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] }, useDefaults: false },
    xFrameOptions: { action: 'deny' },
    // Whether its neighbours on the domain speak TLS is not for this server to say.
    strictTransportSecurity: { includeSubDomains: false },
  });
  await server.register(cors, {
    // `false` for all others: not one CORS header, and no answer to a preflight.
    origin: async (origin: string | undefined) => (origin !== undefined && settings.corsOrigins.includes(origin) ? origin : false),
    strictPreflight: false,
    methods: ['GET', 'POST'],
    allowedHeaders: ['content-type', 'authorization', 'apollo-require-preflight', 'x-apollo-operation-name'],
    exposedHeaders: ['x-request-id'],
    maxAge: PREFLIGHT_MAX_AGE_SECONDS,
  });
  server.addHook('onRequest', refuseMissingHost);
  server.server.on('checkExpectation', refuseExpectation);
  warnOfUntoldProxy(server, settings.trustProxy, log);
  closeConnectionsWhenStopping(server);
  server.setErrorHandler(answerError);
  server.setNotFoundHandler(answerNotFound);
  return server;
}

/** A number is how many proxies stand before this server: so many addresses, from the nearest on, are theirs. */
function trustOf(proxies: Config['trustProxy']): boolean | string[] | ((address: string, hop: number) => boolean) {
  if (typeof proxies === 'number') return (_address, hop) => hop < proxies;
  return typeof proxies === 'boolean' ? proxies : [...proxies];
}
