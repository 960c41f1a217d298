/** What the context builder needs to know of a request. */
import { isIP } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type RefreshCookie, refreshCookieOf } from './refresh-cookie.js';

export interface RequestFacts {
  readonly authorization: readonly string[];
  readonly requestId: string;
  readonly origin: { readonly ipAddress: string | null; readonly userAgent: string | null };
  /** Null if the client keeps its refresh token itself. */
  readonly refreshCookie: RefreshCookie | null;
}

/** The context of a plain question and answer, whichever way it goes. */
export type ContextOf<Context> = (request: FastifyRequest, reply: FastifyReply) => Context | Promise<Context>;

/** @param now milliseconds since the epoch */
export function contextsBy<Context>(build: (facts: RequestFacts) => Context | Promise<Context>, now: () => number): ContextOf<Context> {
  return (request, reply) => build(factsOf(request, refreshCookieOf(request, reply, now)));
}

export function factsOf(request: FastifyRequest, refreshCookie: RefreshCookie | null = null): RequestFacts {
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
