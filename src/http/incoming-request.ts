/** Extracts from a request the facts that the context builder needs. */
import { isIP } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ContextBuilder, IncomingRequest, RefreshCookie, RequestContext } from '../caller/caller.js';
import { refreshCookieOf } from './refresh-cookie.js';

/** Builds the context of a plain request, for the pipeline and for the short way. */
export type ContextOf = (request: FastifyRequest, reply: FastifyReply) => RequestContext | Promise<RequestContext>;

/** @param now milliseconds since the epoch */
export function contextsBy(build: ContextBuilder, now: () => number): ContextOf {
  return (request, reply) => build(incomingOf(request, refreshCookieOf(request, reply, now)));
}

export function incomingOf(request: FastifyRequest, refreshCookie: RefreshCookie | null = null): IncomingRequest {
  // Only a valid address is kept. Behind a trusted proxy a client may put anything into X-Forwarded-For: kilobytes, or control codes for
  // the operator's terminal.
  const { ip, headers } = request;
  const origin = { ipAddress: isIP(ip) === 0 ? null : ip, userAgent: headers['user-agent'] ?? null };
  return { authorization: authorizationOf(request), requestId: request.id, headers, origin, refreshCookie };
}

/** Finds every Authorization header. Node keeps only the first, but `rawHeaders` has them all, as names and values in turn. */
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
