/** /graphql: HTTP in, Apollo Server's pipeline, HTTP out. */
import { type ApolloServer, HeaderMap, type HTTPGraphQLResponse } from '@apollo/server';
import type { WebSocket } from '@fastify/websocket';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RequestContext } from '../caller/caller.js';
import { hasTooManyLines, TOO_MANY_LINES } from '../lib/line-limit.js';
import type { OriginCheck } from './allowed-origins.js';
import type { Explorer } from './explorer.js';
import type { ContextOf } from './incoming-request.js';
import type { QueryLane } from './query-lane.js';
import { COOKIE_MODE, COOKIE_MODE_HEADER } from './refresh-cookie.js';
import { refuse, refuseCookieMode, refuseOrigin } from './refusals.js';

/** A client that wants server-sent events sends this in Accept. */
export const EVENT_STREAM = 'text/event-stream';

/** Of a browser's `Accept`, about 150. Apollo Server reads the whole header several times, which costs 1 ms per 1,000 characters. */
const LONGEST_ACCEPT = 1_000;
const ACCEPT_TOO_LONG = `The header "Accept" has more than ${LONGEST_ACCEPT} characters.`;

/** Apollo Server answers unsupported methods with 405, so they must reach it. */
const METHODS = ['POST', 'PUT', 'PATCH', 'DELETE'];

/** The handlers of event streams and WebSockets. */
export interface StreamRoutes {
  readonly answerEventStream: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;
  readonly acceptWebSocket: (socket: WebSocket, request: FastifyRequest) => void;
}

export function registerGraphql(
  server: FastifyInstance,
  apollo: ApolloServer<RequestContext>,
  contextOf: ContextOf,
  { answerEventStream, acceptWebSocket }: StreamRoutes,
  lane: QueryLane | null,
  explorer: Pick<Explorer, 'headers'>,
  origins: OriginCheck,
): void {
  const pipe = async (request: FastifyRequest, reply: FastifyReply) => {
    const { query } = (request.body ?? {}) as { query?: unknown };
    if (typeof query === 'string' && hasTooManyLines(query)) return refuse(reply, 400, 'GRAPHQL_PARSE_FAILED', TOO_MANY_LINES);
    const { status, headers, body } = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: request.method, headers: headersOf(request), search: searchOf(request), body: request.body },
      context: async () => contextOf(request, reply),
    });
    for (const [name, value] of headers) reply.header(name, value);
    // No cache may keep an answer, since answers carry tokens.
    reply.header('cache-control', 'no-store');
    const answer = { status: status ?? 200, contentType: headers.get('content-type'), text: textOf(body) };
    lane?.learn(request, answer);
    if (answer.contentType?.startsWith('text/html')) reply.headers(explorer.headers);
    return reply.code(answer.status).send(answer.text);
  };
  const handler = (request: FastifyRequest, reply: FastifyReply): unknown => {
    if ((request.headers.accept?.length ?? 0) > LONGEST_ACCEPT) return refuse(reply, 400, 'BAD_REQUEST', ACCEPT_TOO_LONG);
    if (wantsEvents(request)) return answerEventStream(request, reply);
    // In addition to the checks of Apollo Server and CORS: a page that may not read an answer must not use the cookie to cause one.
    const mode = request.headers[COOKIE_MODE_HEADER];
    if (mode !== undefined && !origins.allows(request.raw)) return refuseOrigin(reply);
    if (mode !== undefined && mode !== COOKIE_MODE) return refuseCookieMode(reply);
    const isTaken = lane === null ? false : lane.take(request, reply);
    if (isTaken === false) return pipe(request, reply);
    // Fastify must not wait for this promise. While a hook of an application still holds the answer, Fastify would miss it and send another.
    if (isTaken !== true) isTaken.then((isAnswered) => isAnswered || pipe(request, reply)).catch((error) => reply.send(error));
    return undefined;
  };
  server.route({ url: '/graphql', method: METHODS, handler });
  server.route({ url: '/graphql', method: 'GET', handler, wsHandler: acceptWebSocket });
}

function wantsEvents({ headers }: FastifyRequest): boolean {
  return headers.accept?.startsWith(EVENT_STREAM) === true;
}

function headersOf(request: FastifyRequest): HeaderMap {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return headers;
}

function searchOf(request: FastifyRequest): string {
  const at = request.url.indexOf('?');
  return at < 0 ? '' : request.url.slice(at);
}

function textOf(body: HTTPGraphQLResponse['body']): string {
  // `@defer` needs a later version of graphql, so an answer always comes whole.
  if (body.kind !== 'complete') throw new Error('an incremental answer is not supported');
  return body.string;
}
