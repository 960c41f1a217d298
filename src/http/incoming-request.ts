/** Extracts from a request the facts that the context builder needs. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ContextBuilder, IncomingRequest, RefreshCookie, RequestContext } from '../caller/caller.js';
import type { Origin } from '../lib/origin.js';
import type { RefreshCookies } from './refresh-cookie.js';

/** Builds the context of a plain request, for the pipeline and for the short way. */
export type ContextOf = (request: FastifyRequest, reply: FastifyReply) => RequestContext | Promise<RequestContext>;

export function contextsBy(build: ContextBuilder, cookies: RefreshCookies): ContextOf {
  return (request, reply) => build(incomingOf(request, cookies(request, reply)));
}

export function incomingOf(request: FastifyRequest, refreshCookie: RefreshCookie | null = null): IncomingRequest {
  const { id: requestId, headers } = request;
  return { authorization: authorizationOf(request), requestId, headers, origin: originOf(request), refreshCookie };
}

export function originOf({ clientAddress, headers }: FastifyRequest): Origin {
  return { ipAddress: clientAddress, userAgent: headers['user-agent'] ?? null };
}

/** Finds every Authorization header. Node keeps only the first, but `rawHeaders` has them all, as names and values in turn. */
export function authorizationOf({ headers, raw: { rawHeaders } }: FastifyRequest): string[] {
  const first = headers.authorization;
  if (first === undefined) return [];
  const found: string[] = [];
  for (let name = 0; name < rawHeaders.length; name += 2) {
    const text = rawHeaders[name] as string;
    if (text.length === 13 && text.toLowerCase() === 'authorization') found.push(rawHeaders[name + 1] as string);
  }
  return found;
}
