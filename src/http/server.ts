/** The HTTP server: limits, headers, and JSON for everything that goes wrong before GraphQL. */
import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { Config } from '../config.js';
import type { Log } from '../log.js';

type Settings = Pick<Config, 'corsOrigins' | 'trustProxy'>;

const BODY_LIMIT_BYTES = 100 * 1024;
const REQUEST_TIMEOUT_MS = 30_000;
const PREFLIGHT_MAX_AGE_SECONDS = 600;

const CODES_BY_STATUS: Readonly<Record<number, string>> = {
  400: 'BAD_REQUEST',
  404: 'NOT_FOUND',
  408: 'REQUEST_TIMEOUT',
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  431: 'HEADERS_TOO_LARGE',
  503: 'AUTH_UNAVAILABLE',
};

const MESSAGES_BY_CODE: Readonly<Record<string, string>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'Send "Content-Type: application/json".',
  FST_ERR_CTP_BODY_TOO_LARGE: `The body is larger than ${BODY_LIMIT_BYTES} bytes.`,
  FST_ERR_CTP_EMPTY_JSON_BODY: 'The body is empty. Send JSON with a "query".',
};

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
    routerOptions: { ignoreTrailingSlash: true },
    clientErrorHandler: answerBrokenRequest,
  });
  // GraphQL comes as JSON only; a form or plain text could be sent by any page without asking (CSRF).
  server.removeContentTypeParser('text/plain');
  await server.register(helmet, {
    contentSecurityPolicy: { directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] }, useDefaults: false },
  });
  await server.register(cors, {
    origin: [...settings.corsOrigins],
    methods: ['GET', 'POST'],
    allowedHeaders: ['content-type', 'authorization', 'apollo-require-preflight', 'x-apollo-operation-name'],
    exposedHeaders: ['x-request-id'],
    maxAge: PREFLIGHT_MAX_AGE_SECONDS,
  });
  server.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  server.setErrorHandler(answerError);
  server.setNotFoundHandler((request, reply) =>
    reply.code(404).send(bodyOf('NOT_FOUND', `There is nothing at ${request.method} ${request.url.split('?')[0]}.`)),
  );
  return server;
}

/** A number is how many proxies stand before this server: so many addresses, from the nearest on, are theirs. */
function trustOf(proxies: Config['trustProxy']): boolean | string[] | ((address: string, hop: number) => boolean) {
  if (typeof proxies === 'number') return (_address, hop) => hop < proxies;
  return typeof proxies === 'boolean' ? proxies : [...proxies];
}

/** The shape of a GraphQL error, so that a client meets one shape only. */
export function bodyOf(code: string, message: string) {
  return { errors: [{ message, extensions: { code } }] };
}

function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply) {
  const status = error.statusCode ?? 500;
  if (status >= 500) {
    request.log.error({ requestId: request.id, error }, 'a request failed before it reached GraphQL');
    return reply.code(500).send(bodyOf('INTERNAL_SERVER_ERROR', 'Something went wrong on the server.'));
  }
  const message = MESSAGES_BY_CODE[error.code] ?? (status === 400 ? 'The body is not valid JSON.' : 'The request was refused.');
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .send(bodyOf(CODES_BY_STATUS[status] ?? 'BAD_REQUEST', message));
}

/** What Node can't even parse has no request object; it gets its answer on the bare socket. */
function answerBrokenRequest(
  error: Error & { code?: string },
  socket: { writable: boolean; destroy(): void; end(text: string): void },
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
  const code = CODES_BY_STATUS[status] ?? 'BAD_REQUEST';
  const message = status === 431 ? 'The headers are too large.' : status === 408 ? 'The request took too long.' : 'This is not HTTP.';
  const body = JSON.stringify(bodyOf(code, message));
  socket.end(
    `HTTP/1.1 ${status} ${code}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
