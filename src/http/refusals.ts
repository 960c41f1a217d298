/** Answers requests that never reach GraphQL: JSON of one shape, with a stable code, that repeats no body, query or header of the client. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';

export const BODY_LIMIT_BYTES = 100 * 1024;

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
  FST_ERR_BAD_URL: 'The address is not a valid URL.',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'Send "Content-Type: application/json".',
  FST_ERR_CTP_BODY_TOO_LARGE: `The body is larger than ${BODY_LIMIT_BYTES} bytes.`,
  FST_ERR_CTP_EMPTY_JSON_BODY: 'The body is empty. Send JSON with a "query".',
};

/** The shape of a GraphQL error, so that clients need to handle only one shape. */
function bodyOf(code: string, message: string) {
  return { errors: [{ message, extensions: { code } }] };
}

export function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply) {
  // Fastify runs no hooks for a URL that it can't parse, so these headers are set here too.
  reply.header('x-request-id', request.id).header('cache-control', 'no-store');
  const status = error.statusCode ?? 500;
  if (status >= 500) {
    request.log.error({ requestId: request.id, err: error }, 'a request failed before it reached GraphQL');
    return reply.code(500).send(bodyOf('INTERNAL_SERVER_ERROR', 'Something went wrong on the server.'));
  }
  const message = MESSAGES_BY_CODE[error.code] ?? (status === 400 ? 'The body is not valid JSON.' : 'The request was refused.');
  return reply.code(status).send(bodyOf(CODES_BY_STATUS[status] ?? 'BAD_REQUEST', message));
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

/** RFC 9112, section 3.2: an HTTP/1.1 request needs a Host header. Node's own refusal would have no body. */
export function refuseMissingHost(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  if (request.raw.httpVersion !== '1.1' || request.headers.host !== undefined) done();
  else reply.code(400).send(bodyOf('BAD_REQUEST', 'The header "Host" is missing.'));
}

/** RFC 9110, section 10.1.1: the only expectation that a server can meet is `100-continue`, and Node meets that one itself. */
export function refuseExpectation(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(417, { 'content-type': 'application/json', 'cache-control': 'no-store', connection: 'close' });
  response.end(JSON.stringify(bodyOf('BAD_REQUEST', 'The expectation in "Expect" cannot be met.')));
}

/** Writes the answer to the bare socket, since Node has no request object for a request that it can't parse. */
export function answerBrokenRequest(
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
