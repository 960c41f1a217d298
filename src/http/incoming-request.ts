/** What the context builder needs to know of a request. */
import { isIP } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ContextBuilder, IncomingRequest, RefreshCookie, RequestContext } from '../caller/caller.js';
import { refreshCookieOf } from './refresh-cookie.js';

/** The context of a plain question and answer, whichever way it goes. */
export type ContextOf = (request: FastifyRequest, reply: FastifyReply) => RequestContext | Promise<RequestContext>;

/** @param now milliseconds since the epoch */
export function contextsBy(build: ContextBuilder, now: () => number): ContextOf {
  return (request, reply) => build(incomingOf(request, refreshCookieOf(request, reply, now)));
}

export function incomingOf(request: FastifyRequest, refreshCookie: RefreshCookie | null = null): IncomingRequest {
  // Behind a trusted proxy it may be whatever a client has put into X-Forwarded-For: kilobytes, or codes for the operator's terminal.
  const { ip } = request;
  const origin = { ipAddress: isIP(ip) === 0 ? null : ip, userAgent: request.headers['user-agent'] ?? null };
  return { authorization: authorizationOf(request), requestId: request.id, origin, refreshCookie };
}

/** Node keeps the first of several Authorization headers; the raw list, of names and values in turn, tells that there were more. */
function authorizationOf({ headers, raw: { rawHeaders } }: FastifyRequest): string[] {
  const first = headers.authorization;
  if (first === undefined) return [];
  const found: string[] = [];
  for (let name = 0; name < rawHeaders.length; name += 2) {
    const text = rawHeaders[name] as string;
    if (text.length === 13 && text.toLowerCase() === 'authorization') found.push(rawHeaders[name + 1] as string);
  }
  return found;
}
