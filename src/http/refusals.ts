/** Answers requests that never reach GraphQL: JSON of one shape, with a stable code, that repeats no body, query or header of the client. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { type FailureCode, LatchkeyError } from '../lib/errors.js';
import { SECURITY_HEADERS } from './security-headers.js';

export const BODY_LIMIT_BYTES = 100 * 1024;

const CODES_BY_STATUS: Readonly<Record<number, string>> = {
  400: 'BAD_REQUEST',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  408: 'REQUEST_TIMEOUT',
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  429: 'RATE_LIMITED',
  431: 'HEADERS_TOO_LARGE',
};

const MESSAGES_BY_CODE: Readonly<Record<string, string>> = {
  FST_ERR_BAD_URL: 'The address is not a valid URL.',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'Send "Content-Type: application/json".',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'The body is empty. Send JSON with a "query".',
};

export function codeOf(status: number): string {
  return CODES_BY_STATUS[status] ?? 'BAD_REQUEST';
}

/** The shape of a GraphQL error, so that clients need to handle only one shape. */
function bodyOf(code: string, message: string) {
  return { errors: [{ message, extensions: { code } }] };
}

export function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply) {
  // Fastify runs no hooks for a URL that it can't parse, so these headers are set here too.
  reply.headers({ ...SECURITY_HEADERS, 'x-request-id': request.id, 'cache-control': 'no-store' });
  // Nobody else closes the connection of an upgrade that is refused here.
  if (request.headers.upgrade !== undefined) reply.raw.once('finish', () => request.raw.socket.destroy());
  if (error instanceof LatchkeyError) return answerFailure(error, reply);
  const status = error.statusCode ?? 500;
  if (status === 503) {
    request.log.error({ requestId: request.id, err: error }, 'a request was refused because the server is not available');
    const { message, extensions } = LatchkeyError.unavailable(error);
    return reply.code(503).send({ errors: [{ message, extensions }] });
  }
  if (status >= 500) {
    request.log.error({ requestId: request.id, err: error }, 'a request failed before it reached GraphQL');
    return reply.code(500).send(bodyOf('INTERNAL_SERVER_ERROR', 'Something went wrong on the server.'));
  }
  const tooLarge = `The body is larger than ${request.routeOptions.bodyLimit ?? BODY_LIMIT_BYTES} bytes.`;
  const message =
    (status === 413 ? tooLarge : MESSAGES_BY_CODE[error.code]) ??
    (status === 400 ? 'The body is not valid JSON.' : 'The request was refused.');
  return reply.code(status).send(bodyOf(codeOf(status), message));
}

const STATUS_BY_FAILURE: Readonly<Record<FailureCode, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  BAD_USER_INPUT: 400,
  RATE_LIMITED: 429,
  AUTH_UNAVAILABLE: 503,
  LOGOUT_UNCONFIRMED: 503,
};

/** The door throws these in routes of an application. RFC 6750, section 3.1: a token that was sent and is refused is `invalid_token`. */
function answerFailure({ code, message, extensions }: LatchkeyError, reply: FastifyReply) {
  const challenge =
    extensions.reason === 'TOKEN_MISSING' || extensions.reason === 'CREDENTIAL_MISSING' ? 'Bearer' : 'Bearer error="invalid_token"';
  if (code === 'UNAUTHENTICATED') reply.header('www-authenticate', challenge);
  if (extensions.retryAfter !== undefined) reply.header('retry-after', String(extensions.retryAfter));
  return reply.code(STATUS_BY_FAILURE[code]).send({ errors: [{ message, extensions }] });
}

export function refuse(reply: FastifyReply, status: number, code: string, message: string): FastifyReply {
  return reply.code(status).send(bodyOf(code, message));
}

export function answerNotFound(request: FastifyRequest, reply: FastifyReply) {
  return refuse(reply, 404, 'NOT_FOUND', `There is nothing at ${request.method} ${request.url.split('?')[0]}. The API is at /graphql.`);
}

const ORIGIN_NOT_ALLOWED =
  'This server does not know the origin of this page as one of its own. Its operator finds both names in the log, and can set APP_URL or CORS_ORIGINS.';

/** Refuses a page whose origin may not read answers. The reason tells the console what to say. */
export function refuseOrigin(reply: FastifyReply): FastifyReply {
  return reply.code(403).send({
    errors: [{ message: ORIGIN_NOT_ALLOWED, extensions: { code: 'FORBIDDEN', reason: 'ORIGIN_NOT_ALLOWED' } }],
  });
}

/** A client with a misspelt value would get the refresh token in the answer, where scripts can read it (R30). */
export function refuseCookieMode(reply: FastifyReply): FastifyReply {
  return refuse(reply, 400, 'BAD_REQUEST', 'The header "Latchkey-Refresh-Token" has one possible value: "cookie".');
}

/** A registered name or an address, perhaps with a port (RFC 3986, section 3.2.2). */
const HOST = /^(?:\[[\da-f:.]+\]|[\w.~!$&'()*+,;=%-]*)(?::\d*)?$/i;

/**
 * RFC 9112, section 3.2: an HTTP/1.1 request needs one Host header, and only one, with a host in it. A proxy may have decided by one of two
 * headers, and this server by the other. Node's own refusal of a missing one would have no body.
 */
export function refuseWrongHost({ raw, headers: { host } }: FastifyRequest, reply: FastifyReply, done: () => void): void {
  const fault = host === undefined ? raw.httpVersion === '1.1' && 'is missing' : faultOfHost(host, raw.rawHeaders);
  if (fault === false) done();
  else refuse(reply, 400, 'BAD_REQUEST', `The header "Host" ${fault}.`);
}

/** @param rawHeaders names and values in turn; Node's `headers` keeps only the first of two Host headers */
function faultOfHost(host: string, rawHeaders: readonly string[]): string | false {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2)
    if (rawHeaders[at]?.length === 4 && rawHeaders[at]?.toLowerCase() === 'host') count += 1;
  if (count > 1) return 'was sent more than once';
  return !HOST.test(host) && 'is not a host';
}

/** RFC 9110, section 10.1.1: the only expectation that a server can meet is `100-continue`, and Node meets that one itself. */
export function refuseExpectation(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(417, { ...SECURITY_HEADERS, 'content-type': 'application/json', 'cache-control': 'no-store', connection: 'close' });
  response.end(JSON.stringify(bodyOf('BAD_REQUEST', 'The expectation in "Expect" cannot be met.')));
}

/** A socket without a request object. */
interface BareSocket {
  readonly writable: boolean;
  destroy(): void;
  end(text: string): void;
}

/** Writes the answer to the bare socket, since Node has no request object for a request that it can't parse. */
export function answerBrokenRequest(error: Error & { code?: string }, socket: BareSocket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
  const message = status === 431 ? 'The headers are too large.' : status === 408 ? 'The request took too long.' : 'This is not HTTP.';
  refuseRaw(socket, status, message);
}

export function refuseRaw(socket: BareSocket, status: number, message: string, more: Readonly<Record<string, string>> = {}): void {
  const body = JSON.stringify(bodyOf(codeOf(status), message));
  const length = String(Buffer.byteLength(body));
  const headers = {
    'content-type': 'application/json',
    'content-length': length,
    'cache-control': 'no-store',
    ...SECURITY_HEADERS,
    ...more,
  };
  const lines = Object.entries({ ...headers, connection: 'close' }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${codeOf(status)}\r\n${lines.join('')}\r\n${body}`);
}
